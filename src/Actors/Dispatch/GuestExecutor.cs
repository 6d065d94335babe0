using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Akka.Dispatch;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Stores;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Runs stores' mailboxes on the thread pool's threads, but never more of them at a time than its parallelism. The pool's
/// minimum is raised by as much, so that guests that keep their threads do not starve anything else of the process.
/// </summary>
/// <remarks>
/// Threads of its own would isolate as well, but every call would then wake one thread to run the guest and another to go on
/// with the answer: several times the cost of a short call. On the pool, caller, store and continuation follow each other
/// on one thread, see <see cref="NextTurn"/>. Guests that have outlived a time slice wait behind mailboxes with new messages, see <see cref="PausedGuests"/>;
/// those that keep on go to threads of lower priority, see <see cref="BackgroundWorkers"/>.
/// </remarks>
#pragma warning disable CA1001 // Akka ends an executor by Shutdown
internal sealed class GuestExecutor : ExecutorService
#pragma warning restore CA1001
{
    // So many turns a thread runs in a row before the pool gets it back.
    private const int MaxTurns = 2048;

    // Now and then a thread that goes on with answers looks whether somebody has waited too long.
    private const int TurnsBetweenLooks = 64;

    // After so long, in ticks of the stopwatch, a store with more messages gets back in line, if others wait.
    private static readonly long s_turn = Stopwatch.Frequency / 1000;

    private readonly ReadyLine _ready = new();
    private readonly Tenant _nobody = new("", 1);
    private readonly PausedGuests _paused;
    private readonly BackgroundWorkers _background;
    private readonly Worker[] _workers;
    private int _waiting;
    private volatile bool _stopped;

    internal GuestExecutor(string id, GuestExecutorSettings settings)
        : base(id)
    {
        _paused = new PausedGuests(settings, TimeProvider.System);
        _background = new BackgroundWorkers(this, _paused, settings.Parallelism);
        _workers = [.. Enumerable.Range(0, settings.Parallelism).Select(_ => new Worker(this))];
        ReserveThreads(settings.Parallelism);
    }

    /// <summary>Stores that may run at the same time.</summary>
    internal int Parallelism => _workers.Length;

    /// <summary>Whether stores wait for a worker.</summary>
    internal bool IsContended => Volatile.Read(ref _waiting) > 0;

    /// <summary>Time of a worker that a request takes, in ticks of the stopwatch; 0 while stores have not waited long enough to tell.</summary>
    internal double TimePerRequest => _ready.TimePerRequest;

    /// <summary>Lets a store whose guest yielded go on later, by what that guest and its tenant have had so far.</summary>
    internal void Defer(GuestPlace place)
    {
        if (_stopped)
        {
            place.Store.Tell(place, ActorRefs.NoSender); // its system ends with it
        }
        else if (_paused.Add(place))
        {
            _background.Wake();
        }
        else
        {
            Interlocked.Increment(ref _waiting);
            Wake();
        }
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

        if (!NextTurn.TryLeave(run, this))
        {
            ExecuteElsewhere(run);
        }
    }

    /// <summary>Runs a mailbox on another turn than that of the code that made it ready.</summary>
    internal void ExecuteElsewhere(IRunnable run)
    {
        // An idle worker takes the mailbox along. Otherwise it waits in line, and a worker that fell idle meanwhile is asked.
        foreach (var worker in _workers)
        {
            if (worker.TryStart(run))
            {
                return;
            }
        }

        _ready.Enqueue(run, QueueOf(run)?.Cell?.Tenant ?? _nobody);
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

    private Worker? TryClaim()
    {
        foreach (var worker in _workers)
        {
            if (worker.TryClaim())
            {
                return worker;
            }
        }

        return null;
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

    /// <summary>The store's queue behind a mailbox; null for another actor's.</summary>
    internal static StoreQueue? QueueOf(IRunnable run) => run is Mailbox { MessageQueue: StoreQueue queue } ? queue : null;

    // While stores wait, turns are short, and it is kept account of who has the workers for how long: nobody asks otherwise.
    private IThreadPoolWorkItem? RunAccounted(IRunnable run)
    {
        var queue = QueueOf(run);
        var cell = queue?.Cell;
        long before = cell?.BegunCount ?? 0;
        bool contended = IsContended;
        long start = Stopwatch.GetTimestamp();
        queue?.BeginTurn(start + s_turn);
        try
        {
            return Turn.Run(run, this);
        }
        finally
        {
            if (contended || IsContended)
            {
                var tenant = cell?.Tenant ?? _nobody;
                long had = Stopwatch.GetTimestamp() - start;
                _ready.Charge(tenant, had, (cell?.BegunCount ?? 0) - before);
                _paused.Charge(tenant, had);
            }
            else
            {
                _ready.Rest();
            }
        }
    }

    // Also where a thread goes on with answers and no worker looks.
    private bool TryTakeAged([MaybeNullWhen(false)] out IRunnable run)
    {
        run = null;
        if (!_paused.TryTakeAged(out var place, out bool counted))
        {
            return false;
        }

        if (counted)
        {
            Interlocked.Decrement(ref _waiting);
        }

        return Turn.TryResume(place, out run);
    }

    // New messages first, unless a paused guest has waited too long.
    private bool TryTake([MaybeNullWhen(false)] out IRunnable run)
    {
        if (TryTakeAged(out run))
        {
            return true;
        }

        if (_ready.TryDequeue(out run))
        {
            Interlocked.Decrement(ref _waiting);
            return true;
        }

        if (_paused.TryTakeSoon(out var place))
        {
            Interlocked.Decrement(ref _waiting);
            return Turn.TryResume(place, out run);
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
            if (!TryClaim())
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
                owed = executor.RunAccounted(run);
            }

            GoOn();
            if (owed is not null)
            {
                GoOnWith(owed);
            }
        }

        // Whoever got an answer goes on, and often calls again; that call is carried out here as well, unless others wait. Now and
        // then this thread goes back to the pool all the same.
        private void GoOnWith(IThreadPoolWorkItem owed)
        {
            for (int turns = 0; NextTurn.RunOwed(owed, executor) is { } mailbox; turns++)
            {
                if (turns % TurnsBetweenLooks == TurnsBetweenLooks - 1 && executor.TryTakeAged(out var aged))
                {
                    executor.ExecuteElsewhere(aged);
                }

                if (turns == MaxTurns || Volatile.Read(ref executor._waiting) > 0 || executor.TryClaim() is not { } worker)
                {
                    executor.ExecuteElsewhere(mailbox);
                    return;
                }

                var next = Turn.Run(mailbox, executor);
                worker.GoOn();
                if (next is null)
                {
                    return;
                }

                owed = next;
            }
        }

        /// <summary>Makes an idle worker busy without starting it: the thread that asks runs the store.</summary>
        internal bool TryClaim() => Volatile.Read(ref _busy) == 0 && Interlocked.CompareExchange(ref _busy, 1, 0) == 0;

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
