using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Akka.Dispatch;
using WasmActors.Actors.Admission;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Mailboxes with new messages that found no idle worker: each tenant's in the order of coming, tenants by the time that they had. Of tenants
/// whose guests keep on those go first whose guests are to end: somebody's deadline has come. Also
/// measures what a request takes of a processor, for as long as the line stands.
/// </summary>
internal sealed class ReadyLine
{
    private readonly FairShares<Queue<IRunnable>> _shares = new();
    private readonly Queue<(IRunnable Mailbox, Tenant Tenant)> _ending = new();
    private readonly DrainRate _requests = new(Stopwatch.Frequency / 50.0); // 20 ms
    private readonly Lock _lock = new();
    private int _endingCount;

    /// <summary>Time of a worker that a request takes, in ticks of the stopwatch; 0 while the line has not stood long enough to tell.</summary>
    internal double TimePerRequest => _requests.PerItem;

    /// <summary>Whether one waits whose guest is to end.</summary>
    internal bool HasEnding => Volatile.Read(ref _endingCount) > 0;

    /// <summary>Puts a mailbox in line.</summary>
    /// <param name="mailbox">The mailbox.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="ends">Whether its guest is to end, and its tenant's guests keep on.</param>
    internal void Enqueue(IRunnable mailbox, Tenant tenant, bool ends)
    {
        lock (_lock)
        {
            if (ends)
            {
                _ending.Enqueue((mailbox, tenant));
                Volatile.Write(ref _endingCount, _ending.Count);
                return;
            }

            tenant.Lines.Ready.Line.Enqueue(mailbox);
            _shares.Add(tenant.Lines.Ready);
        }
    }

    /// <summary>Whether a mailbox waits.</summary>
    /// <param name="now">The reserve's timestamp.</param>
    /// <param name="among">Among whom.</param>
    internal bool HasNext(long now, Among among)
    {
        lock (_lock)
        {
            return EndingMayGo(now, among) || _shares.TryPeek(now, among, out _, out _);
        }
    }

    /// <summary>The next mailbox.</summary>
    /// <param name="now">The reserve's timestamp.</param>
    /// <param name="among">Among whom.</param>
    /// <param name="mailbox">The mailbox.</param>
    /// <param name="lasts">Whether its tenant's guests keep on.</param>
    internal bool TryDequeue(long now, Among among, [MaybeNullWhen(false)] out IRunnable mailbox, out bool lasts)
    {
        lock (_lock)
        {
            if (EndingMayGo(now, among))
            {
                mailbox = DequeueEnding(now, out lasts);
                return true;
            }

            mailbox = _shares.TryNext(now, among, out var share, out lasts) ? share.Line.Dequeue() : null;
            return mailbox is not null;
        }
    }

    /// <summary>The next whose guest is to end.</summary>
    internal bool TryDequeueEnding([MaybeNullWhen(false)] out IRunnable mailbox)
    {
        lock (_lock)
        {
            mailbox = _ending.Count > 0 ? DequeueEnding(Reserve.Never, out _) : null;
            return mailbox is not null;
        }
    }

    /// <summary>A store of the tenant has had a worker for so long, and has begun so many requests.</summary>
    internal void Charge(Tenant tenant, long ticks, long requests)
    {
        lock (_lock)
        {
            FairShares<Queue<IRunnable>>.Charge(tenant.Lines.Ready, ticks);
            _requests.Add(ticks, requests);
        }
    }

    /// <summary>Nobody waits: what was measured no longer holds.</summary>
    internal void Rest()
    {
        if (_requests.IsMeasuring)
        {
            lock (_lock)
            {
                _requests.Reset();
            }
        }
    }

    private bool EndingMayGo(long now, Among among) => _ending.TryPeek(out var first) && (among != Among.Short || !first.Tenant.Lines.Lasting.IsSo(now));

    private IRunnable DequeueEnding(long now, out bool lasts)
    {
        var (mailbox, tenant) = _ending.Dequeue();
        Volatile.Write(ref _endingCount, _ending.Count);
        lasts = tenant.Lines.Lasting.IsSo(now);
        return mailbox;
    }
}
