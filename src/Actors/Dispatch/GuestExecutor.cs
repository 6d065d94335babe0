using System.Diagnostics;
using Akka.Actor;
using Akka.Dispatch;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Mailboxes;
using WasmActors.Runtime.Interop.Machine;

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
    // After so long, in ticks of the stopwatch, a store with more messages gets back in line, if others wait.
    private static readonly long s_turn = Stopwatch.Frequency / 1000;

    // A timer may come a moment early.
    private static readonly TimeSpan s_afterKept = TimeSpan.FromMilliseconds(1);

    private readonly Tenant _nobody = new("", 1);
    private readonly Reserve _reserve;
    private readonly PausedGuests _paused;
    private readonly WaitingStores _waiting;
    private readonly LeavingStores _leaving = new(TimeProvider.System);
    private readonly BackgroundWorkers _background;
    private readonly GuestWorker[] _workers;
    private readonly ITimer _later;
    private int _looksLater;
    private volatile bool _stopped;

    internal GuestExecutor(string id, GuestExecutorSettings settings)
        : base(id)
    {
        _reserve = new Reserve(settings.Parallelism, settings.Reserve, settings.Aging * 4, TimeProvider.System);
        _paused = new PausedGuests(settings, _reserve, TimeProvider.System);
        _waiting = new WaitingStores(_paused, _reserve);
        _background = new BackgroundWorkers(this, _waiting, _paused, _leaving, settings.Parallelism);
        _workers = [.. Enumerable.Range(0, settings.Parallelism).Select(_ => new GuestWorker(this, _waiting))];
        _later = TimeProvider.System.CreateTimer(static executor => ((GuestExecutor)executor!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        ReserveThreads(settings.Parallelism);
    }

    /// <summary>Stores that may run at the same time.</summary>
    internal int Parallelism => _workers.Length;

    /// <summary>Whether stores wait for a worker.</summary>
    internal bool IsContended => _waiting.Any;

    /// <summary>Time of a worker that a request takes, in ticks of the stopwatch; 0 while stores have not waited long enough to tell.</summary>
    internal double TimePerRequest => _waiting.TimePerRequest;

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
            _waiting.AddedSoon();
            Wake();
        }
    }

    /// <summary>Lets a store that has ended give back what it holds, by a thread of the background; when none of those comes to it, by the next
    /// worker.</summary>
    internal void Leave(LeavingStore store)
    {
        while (_leaving.TryTakeLate(out var late))
        {
            late.Store.Tell(late, ActorRefs.NoSender);
        }

        if (!_stopped && _leaving.TryAdd(store))
        {
            _background.Wake();
        }
        else
        {
            store.Store.Tell(store, ActorRefs.NoSender);
        }
    }

    public override void Execute(IRunnable run)
    {
        if (Turn.TryCapture(run, this))
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
        var tenant = TenantOf(run);
        if (MayRun(tenant, out bool lasts))
        {
            foreach (var worker in _workers)
            {
                if (worker.TryStart(run, lasts))
                {
                    return;
                }
            }

            LeaveReserve(lasts);
        }

        bool ends = tenant.Lines.Lasting.IsSo(_reserve.Now) && QueueOf(run)?.Cell is { NeedsAttention: true };
        _waiting.Add(run, tenant, ends);
        if (ends)
        {
            _background.WakeEnder();
        }

        Wake();
    }

    /// <summary>Runs a mailbox for one message on the thread that made it ready, as one of the workers, where one is idle and nobody waits; otherwise as any other.</summary>
    /// <returns>The answer that the turn left to deliver.</returns>
    internal IThreadPoolWorkItem? RunHere(IRunnable run)
    {
        if (!_waiting.HasNext() && ExecutionContext.Capture() is { } callers && TryClaim() is { } worker)
        {
            // What the actor starts must not run in the caller's name.
            ExecutionContext.Restore(PlainContext.Instance);
            try
            {
                return worker.RunHere(run);
            }
            finally
            {
                ExecutionContext.Restore(callers);
            }
        }

        ExecuteElsewhere(run);
        return null;
    }

    /// <summary>Whether a tenant may have a worker now; with one whose guests keep on, <see cref="LeaveReserve"/> afterwards.</summary>
    internal bool MayRun(Tenant tenant, out bool lasts)
    {
        lasts = false;
        long now = _reserve.Now;
        if (now == Reserve.Never)
        {
            return true;
        }

        if (tenant.Lines.Lasting.IsSo(now))
        {
            return lasts = _reserve.TryEnter(now);
        }

        if (tenant != _nobody)
        {
            _reserve.HasShort(now);
        }

        return true;
    }

    /// <summary>A turn of a tenant whose guests keep on is over.</summary>
    internal void LeaveReserve(bool lasts)
    {
        if (lasts)
        {
            _reserve.Leave();
        }
    }

    public override void Shutdown()
    {
        if (!_stopped)
        {
            _stopped = true;
            _background.Dispose();
            _later.Dispose();
            ReserveThreads(-_workers.Length);
        }
    }

    private static void ReserveThreads(int more)
    {
        ThreadPool.GetMinThreads(out int workers, out int completionPorts);
        ThreadPool.SetMinThreads(Math.Max(1, workers + more), completionPorts);
    }

    /// <summary>Makes an idle worker busy without starting it: the thread that asks runs the store. Null when all are busy.</summary>
    internal GuestWorker? TryClaim()
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

    /// <summary>Lets somebody look who waits: an idle worker, or, when those who wait may have none, a thread of the background, and a worker once it is
    /// no longer kept from them.</summary>
    internal void Wake()
    {
        if (_waiting.HasNext())
        {
            StartOne();
        }
        else if (_waiting.HasHeld())
        {
            _background.Wake();
            LookLater();
        }
    }

    // That a worker is no longer kept comes with time alone: nobody else would tell.
    private void LookLater()
    {
        if (!_stopped && Interlocked.Exchange(ref _looksLater, 1) == 0)
        {
            _later.Change(_reserve.KeptFor(Stopwatch.GetTimestamp()) + s_afterKept, Timeout.InfiniteTimeSpan);
        }
    }

    private void Look()
    {
        Volatile.Write(ref _looksLater, 0);
        Wake();
    }

    /// <summary>Starts an idle worker, if there is one.</summary>
    internal void StartOne()
    {
        foreach (var worker in _workers)
        {
            if (worker.TryStart(null, false))
            {
                return;
            }
        }
    }

    /// <summary>The store's queue behind a mailbox; null for another actor's.</summary>
    internal static StoreQueue? QueueOf(IRunnable run) => run is Mailbox { MessageQueue: StoreQueue queue } ? queue : null;

    /// <summary>Whose store's a mailbox is.</summary>
    internal Tenant TenantOf(IRunnable run) => QueueOf(run)?.Cell?.Tenant ?? _nobody;

    /// <summary>Runs a mailbox. While stores wait, turns are short, and it is kept account of who has the workers for how long: nobody asks
    /// otherwise.</summary>
    /// <param name="run">The mailbox.</param>
    /// <param name="once">Whether it has one message only.</param>
    internal IThreadPoolWorkItem? RunAccounted(IRunnable run, bool once = false)
    {
        var queue = QueueOf(run);
        var cell = queue?.Cell;
        var tenant = cell?.Tenant ?? _nobody;
        long before = cell?.BegunCount ?? 0;
        bool contended = IsContended;
        long start = Stopwatch.GetTimestamp();
        TimeSpan? processor = tenant.Lines.Lasting.IsMeasured(start) ? Slice.ProcessorTime : null;
        queue?.BeginTurn(once ? StoreQueue.Once : start + s_turn);
        var owed = Turn.Run(run, this, out bool defers);
        if (!contended && !IsContended)
        {
            _waiting.Rest();
            return owed;
        }

        long now = Stopwatch.GetTimestamp();
        _waiting.Charge(tenant, now - start, (cell?.BegunCount ?? 0) - before);
        if (defers)
        {
            _reserve.Deferred(tenant.Lines.Lasting, now, Stopwatch.GetElapsedTime(start, now), processor is { } had ? Slice.ProcessorTime - had : null);
        }

        return owed;
    }
}
