using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Stores that have ended, with everybody answered who waited for them: what they hold is given back by threads of the background, which may
/// take milliseconds for each. They count as live ones until then.
/// </summary>
/// <param name="clock">Tells who has waited too long.</param>
internal sealed class LeavingStores(TimeProvider clock)
{
    /// <summary>With more of them a store is as well given back by whoever comes to it.</summary>
    internal const int Most = 256;

    // The threads of the background may be in host functions that do not return.
    private static readonly TimeSpan s_tooLong = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<(LeavingStore Store, long Since)> _stores = new();
    private int _count;

    /// <summary>Whether one waits.</summary>
    internal bool Any => Volatile.Read(ref _count) > 0;

    /// <summary>Puts a store in line; false when the line is full.</summary>
    internal bool TryAdd(LeavingStore store)
    {
        if (Interlocked.Increment(ref _count) > Most)
        {
            Interlocked.Decrement(ref _count);
            return false;
        }

        _stores.Enqueue((store, clock.GetTimestamp()));
        return true;
    }

    /// <summary>The next.</summary>
    internal bool TryTake([MaybeNullWhen(false)] out LeavingStore store)
    {
        store = null;
        if (!Any || !_stores.TryDequeue(out var first))
        {
            return false;
        }

        Interlocked.Decrement(ref _count);
        store = first.Store;
        return true;
    }

    /// <summary>The next, if it has waited too long: it is not to be left to those threads.</summary>
    internal bool TryTakeLate([MaybeNullWhen(false)] out LeavingStore store)
    {
        store = null;
        return _stores.TryPeek(out var first) && clock.GetElapsedTime(first.Since) >= s_tooLong && TryTake(out store);
    }
}
