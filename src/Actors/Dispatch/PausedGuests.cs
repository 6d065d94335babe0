using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using WasmActors.Actors.Admission;
using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Stores whose guests have outlived their time slice, in the order in which they go on. A guest that has had few slices goes on soon,
/// behind mailboxes with new messages; one that keeps on sinks to the background, where it runs on what the others leave. The tenant
/// that has had least goes first; within a tenant who came first, and in the background who has had least of the processors, so that all get
/// the same however their slices end.
/// </summary>
/// <remarks>Nobody starves: while some have waited too long, one of them at a time goes before new messages, often enough that they
/// get on and seldom enough that short calls do not wait for them.</remarks>
internal sealed class PausedGuests(GuestExecutorSettings settings, TimeProvider clock)
{
    private readonly FairShares<Queue<(IActorRef Store, long Since)>> _soon = new();
    private readonly FairShares<TenantLines.Background> _later = new();
    private readonly Lock _lock = new();
    private readonly TimeSpan _betweenAged = settings.Aging / 2;
    private long _lastBackground = clock.GetTimestamp();
    private long _lastAged;
    private long _order;
    private volatile int _soonCount;
    private volatile int _laterCount;

    /// <summary>Whether a store waits in the background.</summary>
    internal bool HasLater => _laterCount > 0;

    /// <summary>Puts a store in line; true when it went to the background.</summary>
    internal bool Add(IActorRef store, GuestCall guest, Tenant tenant)
    {
        bool sinks = Sinks(guest);
        lock (_lock)
        {
            if (sinks)
            {
                AddLater(store, guest, tenant.Lines.Later);
            }
            else
            {
                tenant.Lines.Soon.Line.Enqueue((store, clock.GetTimestamp()));
                _soon.Add(tenant.Lines.Soon);
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
            FairShares<Queue<(IActorRef, long)>>.Charge(tenant.Lines.Soon, ticks);
        }
    }

    /// <summary>The next of those with few slices.</summary>
    internal bool TryTakeSoon([MaybeNullWhen(false)] out IActorRef store)
    {
        store = null;
        if (_soonCount == 0)
        {
            return false;
        }

        lock (_lock)
        {
            return TakeSoon(out store);
        }
    }

    /// <summary>The next of the background, for a thread of the background.</summary>
    internal bool TryTakeLater([MaybeNullWhen(false)] out IActorRef store)
    {
        store = null;
        if (_laterCount == 0)
        {
            return false;
        }

        lock (_lock)
        {
            return TakeLater(out store);
        }
    }

    /// <summary>One that has waited too long, to go before new messages; none so soon after another.</summary>
    /// <param name="store">The store.</param>
    /// <param name="wasSoon">Whether it had had few slices.</param>
    internal bool TryTakeAged([MaybeNullWhen(false)] out IActorRef store, out bool wasSoon)
    {
        store = null;
        wasSoon = false;
        if ((_soonCount == 0 && _laterCount == 0) || clock.GetElapsedTime(Volatile.Read(ref _lastAged)) < _betweenAged)
        {
            return false;
        }

        lock (_lock)
        {
            if (clock.GetElapsedTime(_lastAged) < _betweenAged)
            {
                return false; // another thread took one
            }

            wasSoon = _soon.TryPeek(out var first) && clock.GetElapsedTime(first.Line.Peek().Since) >= settings.Aging;

            // The background waits too long when its threads have had no processor for so long.
            bool wasLater = !wasSoon && _laterCount > 0 && clock.GetElapsedTime(_lastBackground) >= settings.Aging;
            if (!wasSoon && !wasLater)
            {
                return false;
            }

            Volatile.Write(ref _lastAged, clock.GetTimestamp());
            return wasSoon ? TakeSoon(out store) : TakeLater(out store);
        }
    }

    // By its slices, unless it has hardly had a processor in them: a slice ends with a tick of the clock, also where others had the machine.
    private bool Sinks(GuestCall guest) => guest.Yields > settings.ForegroundSlices
        && guest.ProcessorTime >= guest.Store.Engine.Settings.Tick * settings.ForegroundSlices / 2;

    private void AddLater(IActorRef store, GuestCall guest, Share<TenantLines.Background> share)
    {
        if (_later.Count == 0)
        {
            _lastBackground = clock.GetTimestamp();
        }

        // Who comes late has no claim to what the others had before it came, nor who was away to what they had meanwhile. Those
        // that stay differ by the slices that are under way, which is none of that.
        var line = share.Line;
        var had = guest.ProcessorTime + (guest.Handicap ?? TimeSpan.Zero);
        if (had < (guest.Handicap is null ? line.Least : line.Least - settings.Aging))
        {
            had = line.Least;
        }

        guest.Handicap = had - guest.ProcessorTime;
        FairShares<TenantLines.Background>.Charge(share, (guest.ProcessorTime - guest.Charged).Ticks);
        guest.Charged = guest.ProcessorTime;
        line.Guests.Enqueue(store, (had, _order++));
        _later.Add(share);
        _laterCount = _later.Count;
    }

    private bool TakeSoon([MaybeNullWhen(false)] out IActorRef store)
    {
        bool taken = _soon.TryNext(out var share);
        store = taken ? share!.Line.Dequeue().Store : null;
        _soonCount = _soon.Count;
        return taken;
    }

    private bool TakeLater([MaybeNullWhen(false)] out IActorRef store)
    {
        store = null;
        if (!_later.TryNext(out var share))
        {
            return false;
        }

        var line = share.Line;
        line.Guests.TryDequeue(out store, out var had);
        line.Least = had.Had > line.Least ? had.Had : line.Least;
        _laterCount = _later.Count;
        _lastBackground = clock.GetTimestamp();
        return store is not null;
    }
}
