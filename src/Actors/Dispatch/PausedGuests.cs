using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Stores whose guests have outlived their time slice, in the order in which they go on. A guest that has had few slices goes on soon,
/// behind mailboxes with new messages; one that keeps on sinks to the background, where it runs on what the others leave: who has
/// had least of the processors goes first there, so that all get the same however their slices end.
/// </summary>
/// <remarks>Nobody starves: while some have waited too long, one of them at a time goes before new messages, often enough that they
/// get on and seldom enough that short calls do not wait for them.</remarks>
internal sealed class PausedGuests(GuestExecutorSettings settings, TimeProvider clock)
{
    private readonly ConcurrentQueue<(GuestPlace Place, long Since)> _soon = new();
    private readonly PriorityQueue<GuestPlace, (TimeSpan Used, long Order)> _later = new();
    private readonly Lock _lock = new();
    private readonly TimeSpan _betweenAged = settings.Aging / 2;
    private long _lastBackground = clock.GetTimestamp();
    private long _lastAged;
    private long _order;
    private TimeSpan _least;
    private volatile int _laterCount;

    /// <summary>Whether a guest waits in the background.</summary>
    internal bool HasLater => _laterCount > 0;

    /// <summary>Puts a guest in line; true when it went to the background.</summary>
    internal bool Add(GuestPlace place)
    {
        if (place.Yields <= settings.ForegroundSlices)
        {
            _soon.Enqueue((place, clock.GetTimestamp()));
            return false;
        }

        lock (_lock)
        {
            if (_later.Count == 0)
            {
                Volatile.Write(ref _lastBackground, clock.GetTimestamp());
            }

            // Who comes late has no claim to what the others had before it came, nor who was away to what they had meanwhile. Those
            // that stay differ by the slices that are under way, which is none of that.
            var had = place.ProcessorTime + (place.Handicap ?? TimeSpan.Zero);
            if (had < (place.Handicap is null ? _least : _least - settings.Aging))
            {
                had = _least;
            }

            place.Handicap = had - place.ProcessorTime;
            _later.Enqueue(place, (had, _order++));
            _laterCount = _later.Count;
        }

        return true;
    }

    /// <summary>The next of those with few slices.</summary>
    internal bool TryTakeSoon([MaybeNullWhen(false)] out GuestPlace place)
    {
        bool taken = _soon.TryDequeue(out var first);
        place = first.Place;
        return taken;
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
            if (!_later.TryDequeue(out place, out var had))
            {
                return false;
            }

            _least = had.Used > _least ? had.Used : _least;
            _laterCount = _later.Count;
        }

        Volatile.Write(ref _lastBackground, clock.GetTimestamp());
        return true;
    }

    /// <summary>One that has waited too long, to go before new messages; none so soon after another.</summary>
    /// <param name="place">The guest's place.</param>
    /// <param name="wasSoon">Whether it had had few slices.</param>
    internal bool TryTakeAged([MaybeNullWhen(false)] out GuestPlace place, out bool wasSoon)
    {
        place = null;
        wasSoon = false;
        long last = Volatile.Read(ref _lastAged);
        if ((_soon.IsEmpty && _laterCount == 0) || clock.GetElapsedTime(last) < _betweenAged)
        {
            return false;
        }

        wasSoon = _soon.TryPeek(out var first) && clock.GetElapsedTime(first.Since) >= settings.Aging;

        // The background waits too long when its threads have had no processor for so long.
        bool wasLater = !wasSoon && _laterCount > 0 && clock.GetElapsedTime(Volatile.Read(ref _lastBackground)) >= settings.Aging;
        return (wasSoon || wasLater)
            && Interlocked.CompareExchange(ref _lastAged, clock.GetTimestamp(), last) == last
            && (wasSoon ? TryTakeSoon(out place) : TryTakeLater(out place));
    }
}
