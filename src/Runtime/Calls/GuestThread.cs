using WasmActors.Runtime.Interop.Machine;

namespace WasmActors.Runtime.Calls;

/// <summary>A thread that guests run on, turn by turn with the one that steps them: never both at once.</summary>
internal sealed class GuestThread : IDisposable
{
    private readonly SemaphoreSlim _go = new(0);
    private readonly SemaphoreSlim _stopped = new(0);
    private readonly Stack<ThreadRun> _inside = new();
    private ExecutionContext? _context;
    private volatile bool _ended;

    /// <summary>Starts the thread.</summary>
    /// <exception cref="OutOfMemoryException">The system has no room for another.</exception>
    internal GuestThread(int stackBytes)
    {
        var thread = new Thread(Work, stackBytes) { IsBackground = true, Name = "wasm guest" };
        Id = thread.ManagedThreadId;
        thread.Start();
    }

    internal int Id { get; }

    /// <summary>Work that is to be begun when the thread next goes on.</summary>
    internal ThreadRun? Next { get; set; }

    /// <summary>Whether the thread is to have a low priority from its next turn on; it keeps that.</summary>
    internal bool IsLow { get; set; }

    /// <summary>Whether the work was begun and has not ended.</summary>
    internal bool IsInside(ThreadRun run) => _inside.Contains(run);

    /// <summary>By who steps the guest: lets the thread go on until it stands still again.</summary>
    internal void Go()
    {
        _context = ExecutionContext.Capture();
        _go.Release();
        _stopped.Wait();
        _context = null;
    }

    /// <summary>By the thread itself: stands still until it is to go on, or does the work that nests here.</summary>
    internal void Stop()
    {
        do
        {
            _stopped.Release();
            _go.Wait();
            Adopt();
            if (IsLow)
            {
                BackgroundPriority.Lower();
            }

        }
        while (RunNext());
    }

    // Host functions that the guest calls see what flows with the step, such as the span that they belong to.
    private void Adopt()
    {
        if (_context is { } context)
        {
            ExecutionContext.Restore(context);
        }
    }

    public void Dispose()
    {
        _ended = true;
        _go.Release();
    }

    private void Work()
    {
        while (true)
        {
            _go.Wait();
            if (_ended)
            {
                break;
            }

            Adopt();
            RunNext();
            _stopped.Release();
        }

        _go.Dispose();
        _stopped.Dispose();
    }

    private bool RunNext()
    {
        if (Next is not { } run)
        {
            return false;
        }

        Next = null;
        _inside.Push(run);
        run.Run();
        _inside.Pop();
        return true;
    }
}
