namespace WasmActors.Actors.Dispatch;

/// <summary>The execution context of code that runs in nobody's name, as on threads of the pool.</summary>
internal static class PlainContext
{
    /// <summary>It.</summary>
    internal static ExecutionContext Instance { get; } = Find();

    // Nothing flows to a thread that is started so, and only from within can it be had.
    private static ExecutionContext Find()
    {
        ExecutionContext? found = null;
        var thread = new Thread(() => found = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return found!;
    }
}
