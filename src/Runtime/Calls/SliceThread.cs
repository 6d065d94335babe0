using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Machine;

namespace WasmActors.Runtime.Calls;

/// <summary>
/// A thread of low priority that runs the slices of guests for another thread, which stands still meanwhile and does everything
/// else. So nothing but guests and the host functions they call runs at that priority.
/// </summary>
/// <remarks>Threads inherit their priority on Linux: whatever else ran there could leave its thread pool with a thread that stays low.</remarks>
internal sealed class SliceThread : IDisposable
{
    [ThreadStatic]
    private static SliceThread? t_current;

    private readonly SemaphoreSlim _go = new(0);
    private readonly SemaphoreSlim _done = new(0);
    private readonly int _id;
    private GuestRun? _run;
    private Action? _other;
    private GuestCall? _call;
    private ExecutionContext? _context;
    private bool _ended;
    private WasmException? _failure;
    private Exception? _bug;

    internal SliceThread()
    {
        var thread = new Thread(Work, 2 << 20) { IsBackground = true, Name = "wasm background slices" };
        _id = thread.ManagedThreadId;
        thread.Start();
    }

    /// <summary>The one that runs the slices of guests which this thread steps; null when it does so itself.</summary>
    internal static SliceThread? Current
    {
        get => t_current;
        set => t_current = value;
    }

    /// <summary>Does something there that takes long and nobody waits for.</summary>
    internal void Do(Action other)
    {
        _other = other;
        _go.Release();
        _done.Wait();
        _other = null;
        ThrowBug();
    }

    /// <summary>Runs one slice there.</summary>
    internal bool Advance(GuestRun run, GuestCall call, out WasmException? failure)
    {
        (_run, _call, _context) = (run, call, ExecutionContext.Capture());
        int me = call.Store.HandOver(_id);
        _go.Release();
        _done.Wait();
        call.Store.HandOver(me);
        (_run, _call, _context) = (null, null, null);
        failure = _failure;
        ThrowBug();
        return _ended;
    }

    public void Dispose()
    {
        _run = null;
        _go.Release();
    }

    private void ThrowBug()
    {
        if (_bug is { } bug)
        {
            _bug = null;
            throw new InvalidOperationException($"A slice broke: {GuestText.MessageOf(bug)}", bug);
        }
    }

    private void Work()
    {
        BackgroundPriority.Lower();
        while (true)
        {
            _go.Wait();
            if (_run is null && _other is null)
            {
                break;
            }

            try
            {
                if (_run is not { } run)
                {
                    _other!();
                    continue;
                }

                // Host functions that the guest calls see what flows with the step, such as the span that they belong to.
                if (_context is { } context)
                {
                    ExecutionContext.Restore(context);
                }

                _ended = run.Advance(_call!, out _failure);
            }
            catch (Exception bug)
            {
                _bug = bug;
            }
            finally
            {
                _done.Release();
            }
        }

        _go.Dispose();
        _done.Dispose();
    }
}
