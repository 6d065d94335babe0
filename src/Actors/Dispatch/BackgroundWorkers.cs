using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Threads that run guests which keep on, each with another of low priority for the guests' slices. Before them they end those whose deadline
/// has come, and when none is left, they run what may have no worker, because guests of its tenant keep on.
/// </summary>
internal sealed class BackgroundWorkers : IDisposable
{
    private readonly GuestExecutor _executor;
    private readonly WaitingStores _waiting;
    private readonly PausedGuests _paused;
    private readonly int _count;
    private readonly SemaphoreSlim _work = new(0);
    private readonly Lock _start = new();
    private int _idle;
    private int _running;
    private bool _started;
    private volatile bool _stopped;

    internal BackgroundWorkers(GuestExecutor executor, WaitingStores waiting, PausedGuests paused, int count)
    {
        _executor = executor;
        _waiting = waiting;
        _paused = paused;
        _count = count;
    }

    /// <summary>Says that a store was put in line.</summary>
    internal void Wake()
    {
        if (!_started)
        {
            Start();
        }

        Interlocked.MemoryBarrier(); // who goes to rest is seen, or sees what was put in line
        if (Volatile.Read(ref _idle) > 0)
        {
            lock (_start)
            {
                if (!_stopped)
                {
                    _work.Release();
                }
            }
        }
    }

    /// <summary>Ends the threads after the slices that they are in.</summary>
    public void Dispose()
    {
        lock (_start)
        {
            _stopped = true;
            _work.Release(_count);
        }
    }

    private void Start()
    {
        lock (_start)
        {
            if (_started || _stopped)
            {
                return;
            }

            _running = _count;
            for (int i = 0; i < _count; i++)
            {
                new Thread(Run) { IsBackground = true, Name = "wasm background guests" }.Start();
            }

            _started = true;
        }
    }

    private void Run()
    {
        using var slices = new SliceThread();
        SliceThread.Current = slices;
        while (!_stopped)
        {
            if (_waiting.TryTakeEnding(out var mailbox))
            {
                Deliver(_executor.RunAccounted(mailbox));
                continue;
            }

            if (_paused.TryTakeLater(out var place))
            {
                Resume(place);
                continue;
            }

            if (_waiting.TryTakeHeld(out mailbox))
            {
                Deliver(_executor.RunAccounted(mailbox));
                continue;
            }

            Interlocked.Increment(ref _idle);
            if (!_paused.HasLater && !_waiting.HasEnding && !_waiting.HasHeld() && !_stopped)
            {
                _work.Wait();
            }

            Interlocked.Decrement(ref _idle);
        }

        if (Interlocked.Decrement(ref _running) == 0)
        {
            _work.Dispose();
        }
    }

    private void Resume(GuestPlace place)
    {
        if (Turn.TryResume(place, out var mailbox))
        {
            GuestExecutor.QueueOf(mailbox)?.BeginTurn(long.MaxValue); // its guest's slice is what ends it
            Deliver(Turn.Run(mailbox, _executor));
        }
    }

    // What the turn owes somebody is no work for this thread.
    private static void Deliver(IThreadPoolWorkItem? owed)
    {
        if (owed is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(owed, preferLocal: false);
        }
    }
}
