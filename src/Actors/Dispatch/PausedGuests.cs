using System.Diagnostics.CodeAnalysis;
using WasmActors.Actors.Admission;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Stores whose guests have outlived their time slice, in the order in which they go on. A guest that has had few slices goes on soon,
/// behind mailboxes with new messages; one that keeps on sinks to the background, where it runs on what the others leave. The tenant
/// that has had least goes first; within a tenant who came first, and in the background who has had least of the processors, so that all get
/// the same however their slices end.
/// </summary>
/// <remarks>Nobody starves: while some have waited too long, one of them at a time goes before new messages. The more wait, the more often: all of them
/// are to have a turn within some seconds, as far as a fifth of one worker's time allows.</remarks>
internal sealed class PausedGuests(GuestExecutorSettings settings, Reserve reserve, TimeProvider clock)
{
    // Turns before new messages take a fifth of one worker's time at most, however long they are.
    private const int AgedShare = 5;

    // All that wait are to have a turn within this time; up to 160 have it by the aging time alone.
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(4);

    private readonly FairShares<Queue<(GuestPlace Place, long Since)>> _soon = new();
    private readonly FairShares<TenantLines.Background> _later = new();
    private readonly Lock _lock = new();
    private readonly TimeSpan _mostBetweenAged = settings.Aging * 20;
    private long _lastBackground = clock.GetTimestamp();
    private long _lastAged;
    private TimeSpan _betweenAged = settings.Aging / 2;
    private long _order;
    private volatile int _soonCount;
    private volatile int _laterCount;

    /// <summary>Whether a guest waits in the background.</summary>
    internal bool HasLater => _laterCount > 0;

    /// <summary>Puts a guest in line; true when it went to the background.</summary>
    internal bool Add(GuestPlace place)
    {
        bool sinks = Sinks(place);
        lock (_lock)
        {
            if (sinks)
            {
                AddLater(place);
            }
            else
            {
                place.Tenant.Lines.Soon.Line.Enqueue((place, clock.GetTimestamp()));
                _soon.Add(place.Tenant.Lines.Soon);
                _soonCount = _soon.Count;
            }
        }

        return sinks;
    }

    /// <summary>A tenant's store has had a worker for so long, in ticks of the stopwatch.</summary>
    internal void Charge(Tenant tenant, long ticks)
    {
        lock (_lock)
        {
            FairShares<Queue<(GuestPlace, long)>>.Charge(tenant.Lines.Soon, ticks);
        }
    }

    /// <summary>Whether one with few slices waits.</summary>
    /// <param name="now">The reserve's timestamp.</param>
    /// <param name="among">Among whom.</param>
    internal bool HasSoon(long now, Among among)
    {
        if (_soonCount == 0)
        {
            return false;
        }

        lock (_lock)
        {
            return _soon.TryPeek(now, among, out _, out _);
        }
    }

    /// <summary>The next of those with few slices.</summary>
    /// <param name="now">The reserve's timestamp.</param>
    /// <param name="among">Among whom.</param>
    /// <param name="place">The guest's place.</param>
    /// <param name="lasts">Whether its tenant's guests keep on.</param>
    internal bool TryTakeSoon(long now, Among among, [MaybeNullWhen(false)] out GuestPlace place, out bool lasts)
    {
        place = null;
        lasts = false;
        if (_soonCount == 0)
        {
            return false;
        }

        lock (_lock)
        {
            return TakeSoon(now, among, out place, out lasts);
        }
    }

    /// <summary>The next of the background, for a thread of the background.</summary>
    internal bool TryTakeLater([MaybeNullWhen(false)] out GuestPlace place)
    {
        place = null;
        if (_laterCount == 0)
        {
            return false;
        }

        lock (_lock)
        {
            return TakeLater(out place);
        }
    }

    /// <summary>Whether one that has waited too long may go before new messages.</summary>
    internal bool HasAged
    {
        get
        {
            if (!MayHaveAged)
            {
                return false;
            }

            lock (_lock)
            {
                return IsSoonAged || IsLaterAged;
            }
        }
    }

    /// <summary>One that has waited too long, to go before new messages; none so soon after another, by what that took.</summary>
    /// <param name="place">The guest's place. When its turn is over, <see cref="AgedEnded"/>.</param>
    /// <param name="wasSoon">Whether it had had few slices.</param>
    internal bool TryTakeAged([MaybeNullWhen(false)] out GuestPlace place, out bool wasSoon)
    {
        place = null;
        wasSoon = false;
        if (!MayHaveAged)
        {
            return false;
        }

        lock (_lock)
        {
            if (!MayHaveAged)
            {
                return false; // another thread took one
            }

            wasSoon = IsSoonAged;
            if (!wasSoon && !IsLaterAged)
            {
                return false;
            }

            _betweenAged = _mostBetweenAged;
            Volatile.Write(ref _lastAged, clock.GetTimestamp());
            return wasSoon ? TakeSoon(Reserve.Never, Among.All, out place, out _) : TakeLater(out place);
        }
    }

    /// <summary>The turn of one that had waited too long is over.</summary>
    internal void AgedEnded()
    {
        lock (_lock)
        {
            var between = clock.GetElapsedTime(_lastAged) * AgedShare;
            var least = s_round / Math.Max(1, _soonCount + _laterCount);
            least = least < settings.Aging / 2 ? least : settings.Aging / 2;
            _betweenAged = between < least ? least : between > _mostBetweenAged ? _mostBetweenAged : between;
        }
    }

    private bool MayHaveAged => (_soonCount > 0 || _laterCount > 0) && clock.GetElapsedTime(Volatile.Read(ref _lastAged)) >= _betweenAged;

    private bool IsSoonAged => _soon.TryPeek(out var first) && clock.GetElapsedTime(first.Line.Peek().Since) >= settings.Aging;

    // The background waits too long when its threads have had no processor for so long, or too little for all of it.
    private bool IsLaterAged => _laterCount > 0
        && (clock.GetElapsedTime(_lastBackground) >= settings.Aging
            || (_later.TryPeek(out var first) && clock.GetElapsedTime(first.Line.Guests.Peek().Since) >= s_round));

    // By its slices, unless it has hardly had a processor in them: a slice ends with a tick of the clock, also where others had the machine.
    // Or by the processor's time, where few slices took as much as more of them should.
    private bool Sinks(GuestPlace place) => place.Yields > settings.ForegroundSlices
        ? place.ProcessorTime >= place.Tick * settings.ForegroundSlices / 2
        : place.ProcessorTime > place.Tick * settings.ForegroundSlices;

    private void AddLater(GuestPlace place)
    {
        reserve.Lasts(place.Tenant.Lines.Lasting);
        if (_later.Count == 0)
        {
            _lastBackground = clock.GetTimestamp();
        }

        // One that comes has no claim to what the others had before, and pays for nothing that it had itself: with a thousand in line it would stand still
        // for a second by each millisecond. Nor has one that was away a claim to what they had meanwhile. Those that stay differ by the slices that
        // are under way, which is none of that.
        var share = place.Tenant.Lines.Later;
        var line = share.Line;
        var had = place.ProcessorTime + (place.Handicap ?? TimeSpan.Zero);
        if (place.Handicap is null || had < line.Least - settings.Aging)
        {
            had = line.Least;
        }

        place.Handicap = had - place.ProcessorTime;
        FairShares<TenantLines.Background>.Charge(share, (place.ProcessorTime - place.Charged).Ticks);
        place.Charged = place.ProcessorTime;
        place.Since = clock.GetTimestamp();
        line.Guests.Enqueue(place, (had, _order++));
        _later.Add(share);
        _laterCount = _later.Count;
    }

    private bool TakeSoon(long now, Among among, [MaybeNullWhen(false)] out GuestPlace place, out bool lasts)
    {
        bool taken = _soon.TryNext(now, among, out var share, out lasts);
        place = taken ? share!.Line.Dequeue().Place : null;
        _soonCount = _soon.Count;
        return taken;
    }

    private bool TakeLater([MaybeNullWhen(false)] out GuestPlace place)
    {
        place = null;
        if (!_later.TryNext(out var share))
        {
            return false;
        }

        var line = share.Line;
        line.Guests.TryDequeue(out place, out var had);
        line.Least = had.Had > line.Least ? had.Had : line.Least;
        _laterCount = _later.Count;
        _lastBackground = clock.GetTimestamp();
        return place is not null;
    }
}
