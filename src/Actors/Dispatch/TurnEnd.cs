namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Where a store's turn leaves the answer that it owes somebody: it is delivered on the same thread right after the turn, so
/// that the caller's code never runs within the turn, and most answers need no second trip through the thread pool.
/// </summary>
internal sealed class TurnEnd
{
    [ThreadStatic]
    private static TurnEnd? t_current;

    private bool _inTurn;
    private IThreadPoolWorkItem? _owed;

    /// <summary>A turn begins on this thread; the answer is to be told when it ends.</summary>
    internal static TurnEnd Begin()
    {
        var current = t_current ??= new TurnEnd();
        current._inTurn = true;
        return current;
    }

    /// <summary>Leaves an answer for the end of the turn, or gives it to the thread pool outside of one.</summary>
    internal static void Owe(IThreadPoolWorkItem answer)
    {
        if (t_current is { _inTurn: true } current)
        {
            current.FlushOwn();
            current._owed = answer;
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(answer, preferLocal: true);
        }
    }

    /// <summary>The turn goes on with other work, which may take long: what is owed is not to wait for that.</summary>
    internal static void Flush() => t_current?.FlushOwn();

    /// <summary>The turn is over; the answer says what it left to deliver.</summary>
    internal IThreadPoolWorkItem? End()
    {
        _inTurn = false;
        var owed = _owed;
        _owed = null;
        return owed;
    }

    private void FlushOwn()
    {
        if (_owed is { } earlier)
        {
            _owed = null;
            ThreadPool.UnsafeQueueUserWorkItem(earlier, preferLocal: true);
        }
    }
}
