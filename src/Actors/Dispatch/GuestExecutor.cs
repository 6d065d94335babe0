using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Akka.Dispatch;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Runs stores' mailboxes on the thread pool's threads, but never more of them at a time than its parallelism. The pool's
/// minimum is raised by as much, so that guests that keep their threads do not starve anything else of the process.
/// </summary>
/// <remarks>
/// Threads of its own would isolate as well, but every call would then wake one thread to run the guest and another to go on
/// with the answer: several times the cost of a short call. On the pool, caller, store and continuation follow each other
/// on one thread. Guests that have outlived a time slice wait behind mailboxes with new messages, see <see cref="PausedGuests"/>;
/// those that keep on go to threads of lower priority, see <see cref="BackgroundWorkers"/>.
/// </remarks>
#pragma warning disable CA1001 // Akka ends an executor by Shutdown
internal sealed class GuestExecutor : ExecutorService
#pragma warning restore CA1001
{
    private readonly ConcurrentQueue<IRunnable> _ready = new();
    private readonly PausedGuests _paused;
    private readonly BackgroundWorkers _background;
    private readonly Worker[] _workers;
    private int _waiting;
    private volatile bool _stopped;

    internal GuestExecutor(string id, GuestExecutorSettings settings)
        : base(id)
    {
        _paused = new PausedGuests(settings);
        _background = new BackgroundWorkers(this, _paused, settings.Parallelism);
        _workers = [.. Enumerable.Range(0, settings.Parallelism).Select(_ => new Worker(this))];
        ReserveThreads(settings.Parallelism);
    }

    /// <summary>Lets a store whose guest yielded go on later, by how many slices that guest has had; false outside of such an executor.</summary>
    internal static bool TryDefer(IActorRef store, long slices)
    {
        if (Turn.Executor is not { _stopped: false } executor)
        {
            return false;
        }

        if (executor._paused.Add(store, slices))
        {
            executor._background.Wake();
        }
        else
        {
            Interlocked.Increment(ref executor._waiting);
            executor.Wake();
        }

        return true;
    }

    public override void Execute(IRunnable run)
    {
        if (Turn.TryCapture(run))
        {
            return;
        }

        if (_stopped)
        {
            throw new RejectedExecutionException("The dispatcher of the stores has been shut down.");
        }

        // An idle worker takes the mailbox along. Otherwise it waits in line, and a worker that fell idle meanwhile is asked.
        foreach (var worker in _workers)
        {
            if (worker.TryStart(run))
            {
                return;
            }
        }

        _ready.Enqueue(run);
        Interlocked.Increment(ref _waiting);
        Wake();
    }

    public override void Shutdown()
    {
        if (!_stopped)
        {
            _stopped = true;
            _background.Dispose();
            ReserveThreads(-_workers.Length);
        }
    }

    private static void ReserveThreads(int more)
    {
        ThreadPool.GetMinThreads(out int workers, out int completionPorts);
        ThreadPool.SetMinThreads(Math.Max(1, workers + more), completionPorts);
    }

    private void Wake()
    {
        foreach (var worker in _workers)
        {
            if (worker.TryStart(null))
            {
                return;
            }
        }
    }

    // New messages first, unless a paused guest has waited too long.
    private bool TryTake([MaybeNullWhen(false)] out IRunnable run)
    {
        if (_paused.TryTakeAged(out var store, out bool counted))
        {
            if (counted)
            {
                Interlocked.Decrement(ref _waiting);
            }

            return Turn.TryResume(store, out run);
        }

        if (_ready.TryDequeue(out run))
        {
            Interlocked.Decrement(ref _waiting);
            return true;
        }

        if (_paused.TryTakeSoon(out store))
        {
            Interlocked.Decrement(ref _waiting);
            return Turn.TryResume(store, out run);
        }

        return false;
    }

    /// <summary>One of the stores that may run at the same time: a work item of the thread pool while it is busy.</summary>
    private sealed class Worker(GuestExecutor executor) : IThreadPoolWorkItem
    {
        private int _busy;
        private IRunnable? _first;

        /// <summary>Makes an idle worker busy; false when it is busy already.</summary>
        internal bool TryStart(IRunnable? run)
        {
            if (Volatile.Read(ref _busy) != 0 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
            {
                return false;
            }

            _first = run;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
            return true;
        }

        public void Execute()
        {
            var run = _first;
            _first = null;
            IThreadPoolWorkItem? owed = null;
            if (run is not null || executor.TryTake(out run))
            {
                owed = Turn.Run(run, executor);
            }

            GoOn();
            owed?.Execute();
        }

        // A worker that stays hands its thread back in between, so that other work of the pool gets its turn.
        private void GoOn()
        {
            if (Volatile.Read(ref executor._waiting) == 0)
            {
                Interlocked.Exchange(ref _busy, 0);
                if (Volatile.Read(ref executor._waiting) == 0 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
                {
                    return;
                }
            }

            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
