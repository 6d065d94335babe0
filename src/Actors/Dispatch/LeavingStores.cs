using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Stores that have ended, with everybody answered who waited for them: what they hold is given back by threads of the background, which may
/// take milliseconds for each. They count as live ones until then.
/// </summary>
internal sealed class LeavingStores
{
    // With more of them a store is as well given back by whoever comes to it.
    internal const int Most = 256;

    private readonly ConcurrentQueue<LeavingStore> _stores = new();
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

        _stores.Enqueue(store);
        return true;
    }

    /// <summary>The next.</summary>
    internal bool TryTake([MaybeNullWhen(false)] out LeavingStore store)
    {
        store = null;
        if (!Any || !_stores.TryDequeue(out store))
        {
            return false;
        }

        Interlocked.Decrement(ref _count);
        return true;
    }
}
