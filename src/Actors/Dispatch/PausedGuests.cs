using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Stores whose guests have outlived their time slice, in the order in which they go on. A guest that has had few slices goes on soon,
/// behind mailboxes with new messages; one that keeps on sinks to the background, where it runs on what the others leave.
/// </summary>
/// <remarks>Nobody starves: who has waited too long goes before new messages once, in the background at most one store each time.</remarks>
internal sealed class PausedGuests(GuestExecutorSettings settings)
{
    private readonly ConcurrentQueue<(IActorRef Store, long Since)> _soon = new();
    private readonly ConcurrentQueue<IActorRef> _later = new();
    private long _lastBackground = Stopwatch.GetTimestamp();

    /// <summary>Whether a store waits in the background.</summary>
    internal bool HasLater => !_later.IsEmpty;

    /// <summary>Puts a store in line; true when it went to the background.</summary>
    internal bool Add(IActorRef store, long slices)
    {
        if (slices <= settings.ForegroundSlices)
        {
            _soon.Enqueue((store, Stopwatch.GetTimestamp()));
            return false;
        }

        if (_later.IsEmpty)
        {
            Volatile.Write(ref _lastBackground, Stopwatch.GetTimestamp());
        }

        _later.Enqueue(store);
        return true;
    }

    /// <summary>The next of those with few slices.</summary>
    internal bool TryTakeSoon([MaybeNullWhen(false)] out IActorRef store)
    {
        bool taken = _soon.TryDequeue(out var first);
        store = first.Store;
        return taken;
    }

    /// <summary>The next of the background, for a thread of the background.</summary>
    internal bool TryTakeLater([MaybeNullWhen(false)] out IActorRef store)
    {
        if (!_later.TryDequeue(out store))
        {
            return false;
        }

        Volatile.Write(ref _lastBackground, Stopwatch.GetTimestamp());
        return true;
    }

    /// <summary>One that has waited too long, to go before new messages.</summary>
    /// <param name="store">The store.</param>
    /// <param name="wasSoon">Whether it had had few slices.</param>
    internal bool TryTakeAged([MaybeNullWhen(false)] out IActorRef store, out bool wasSoon)
    {
        wasSoon = _soon.TryPeek(out var first) && Stopwatch.GetElapsedTime(first.Since) >= settings.Aging;
        if (wasSoon)
        {
            return TryTakeSoon(out store);
        }

        // The background's threads have had no processor for so long.
        if (!_later.IsEmpty && Stopwatch.GetElapsedTime(Volatile.Read(ref _lastBackground)) >= settings.Aging)
        {
            return TryTakeLater(out store);
        }

        store = null;
        return false;
    }
}
