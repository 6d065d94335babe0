using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;

namespace WasmActors.Actors.Requests;

/// <summary>
/// Which stores of this process wait for which: an edge for each call that was sent on behalf of a waiting guest and
/// is not yet answered. A call that would close a circle is rejected, because none of its stores could ever continue.
/// </summary>
/// <remarks>Only calls with a chain are in it, and they are few and slow compared to this lock.</remarks>
internal static class WaitGraph
{
    private static readonly Lock s_lock = new();

    /// <summary>Adds that the last call of <paramref name="waiter"/> waits for <paramref name="store"/>; false, and
    /// nothing is added, when
    /// the store waits for that call's already, directly or through others.</summary>
    /// <remarks>It counts until it is removed, or until that call waits no longer: its import may be answered
    /// before.</remarks>
    internal static bool TryAdd(CallChain waiter, StoreCell store)
    {
        lock (s_lock)
        {
            if (Reaches(store, waiter.Cell, []))
            {
                return false;
            }

            (waiter.Cell.WaitsFor ??= []).Add((waiter, store));
            return true;
        }
    }

    internal static void Remove(CallChain waiter, StoreCell store)
    {
        lock (s_lock)
        {
            waiter.Cell.WaitsFor?.Remove((waiter, store));
        }
    }

    private static bool Reaches(StoreCell from, StoreCell target, HashSet<StoreCell> seen)
    {
        if (ReferenceEquals(from, target))
        {
            return true;
        }

        if (from.WaitsFor is not { Count: > 0 } next || !seen.Add(from))
        {
            return false;
        }

        foreach (var (waiter, store) in next)
        {
            if (!waiter.IsOver && Reaches(store, target, seen))
            {
                return true;
            }
        }

        return false;
    }
}
