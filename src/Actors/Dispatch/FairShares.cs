using System.Diagnostics.CodeAnalysis;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Whose turn it is among tenants: who has had least time for its weight, of those whose lines are not empty. So each gets time by its
/// weight, however many of its own wait and however long their turns are; one that wants less leaves the rest to the others.
/// </summary>
/// <remarks>One thread at a time: its owner has the lock. Who comes back has no claim to what others had while it did not wait.</remarks>
internal sealed class FairShares<TLine>
{
    private readonly PriorityQueue<Share<TLine>, double> _listed = new();

    // Those whose guests were seen to keep on.
    private readonly PriorityQueue<Share<TLine>, double> _lasting = new();
    private double _least;

    /// <summary>How many wait in all lines.</summary>
    internal int Count { get; private set; }

    /// <summary>Another one waits in a share's line.</summary>
    internal void Add(Share<TLine> share)
    {
        Count++;
        if (share.Count++ > 0)
        {
            return;
        }

        share.Had = Math.Max(share.Had, _least);
        if (!share.IsListed)
        {
            share.IsListed = true;
            _listed.Enqueue(share, share.Had);
        }
    }

    /// <summary>The share whose turn it is; nothing is counted out.</summary>
    internal bool TryPeek([MaybeNullWhen(false)] out Share<TLine> share) => TryPeek(Reserve.Never, Among.All, out share, out _);

    /// <summary>The same, among some.</summary>
    /// <param name="now">The reserve's timestamp.</param>
    /// <param name="among">Among whom.</param>
    /// <param name="share">Whose turn it is.</param>
    /// <param name="lasts">Whether its guests keep on.</param>
    internal bool TryPeek(long now, Among among, [MaybeNullWhen(false)] out Share<TLine> share, out bool lasts)
    {
        Share<TLine>? lasting;
        while (TryFirst(_lasting, out lasting) && !lasting.Lasts(now))
        {
            _listed.Enqueue(_lasting.Dequeue(), lasting.Had);
        }

        while (TryFirst(_listed, out share) && share.Lasts(now))
        {
            _lasting.Enqueue(_listed.Dequeue(), share.Had);
        }

        lasts = among != Among.Short && TryFirst(_lasting, out lasting) && (among == Among.Lasting || share is null || lasting.Had < share.Had);
        share = lasts ? lasting : among == Among.Lasting ? null : share;
        return share is not null;
    }

    /// <summary>The share whose turn it is; its owner takes one out of its line.</summary>
    internal bool TryNext([MaybeNullWhen(false)] out Share<TLine> share) => TryNext(Reserve.Never, Among.All, out share, out _);

    /// <summary>The same, among some.</summary>
    internal bool TryNext(long now, Among among, [MaybeNullWhen(false)] out Share<TLine> share, out bool lasts)
    {
        if (!TryPeek(now, among, out share, out lasts))
        {
            return false;
        }

        Count--;
        share.Count--;
        _least = Math.Max(_least, share.Had);
        return true;
    }

    /// <summary>A share has had so much time, in any unit.</summary>
    internal static void Charge(Share<TLine> share, double time) => share.Had += time / share.Weight;

    private static bool TryFirst(PriorityQueue<Share<TLine>, double> shares, [MaybeNullWhen(false)] out Share<TLine> share)
    {
        while (shares.TryPeek(out share, out double listedAt))
        {
            if (share.Count == 0)
            {
                shares.Dequeue();
                share.IsListed = false;
            }
            else if (listedAt < share.Had && shares.Count > 1)
            {
                shares.DequeueEnqueue(share, share.Had); // it has had more since
            }
            else
            {
                return true;
            }
        }

        return false;
    }
}
