using Akka.Actor;
using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Dispatch;

/// <summary>
/// Threads that run guests which keep on, each with another of low priority for the guests' slices. Before them they end those whose deadline
/// has come and give back what ended stores held; when nothing of that is left, they run what may have no worker, because guests of its tenant keep
/// on. One more only ends guests: the others may be in the middle of an instruction that nothing interrupts.
/// </summary>
internal sealed class BackgroundWorkers : IDisposable
{
    private readonly GuestExecutor _executor;
    private readonly WaitingStores _waiting;
    private readonly PausedGuests _paused;
    private readonly LeavingStores _leaving;
    private readonly int _count;
    private readonly RestingThreads _resting = new();
    private readonly RestingThreads _restingEnder = new();
    private readonly Lock _start = new();
    private volatile bool _started;

    internal BackgroundWorkers(GuestExecutor executor, WaitingStores waiting, PausedGuests paused, LeavingStores leaving, int count)
    {
        _executor = executor;
        _waiting = waiting;
        _paused = paused;
        _leaving = leaving;
        _count = count;
    }

    /// <summary>Says that a store was put in line.</summary>
    internal void Wake()
    {
        Start();
        _resting.Wake();
    }

    /// <summary>Says that a guest is to end.</summary>
    internal void WakeEnder()
    {
        Start();
        _restingEnder.Wake();
    }

    /// <summary>Ends the threads after the slices that they are in.</summary>
    public void Dispose()
    {
        lock (_start)
        {
            _started = true;
            _resting.Dispose();
            _restingEnder.Dispose();
        }
    }

    private void Start()
    {
        if (_started)
        {
            return;
        }

        lock (_start)
        {
            if (_started)
            {
                return;
            }

            for (int i = 0; i < _count; i++)
            {
                Start(_resting, "wasm background guests", TryRun, HasWork);
            }

            Start(_restingEnder, "wasm guests' ends", TryEnd, () => _waiting.HasEnding);
            _started = true;
        }
    }

    private static void Start(RestingThreads resting, string name, Func<bool> tryRun, Func<bool> hasWork)
    {
        resting.Joined();
        new Thread(() =>
        {
            using var slices = new SliceThread();
            SliceThread.Current = slices;
            while (!resting.IsStopped)
            {
                if (!tryRun())
                {
                    resting.Rest(hasWork);
                }
            }

            resting.Left();
        })
        {
            IsBackground = true,
            Name = name,
        }.Start();
    }

    private bool HasWork() => _paused.HasLater || _waiting.HasEnding || _leaving.Any || _waiting.HasHeld();

    private bool TryRun()
    {
        if (TryEnd())
        {
            return true;
        }

        if (_leaving.TryTake(out var leaving))
        {
            Resume(leaving.Store, leaving);
            return true;
        }

        if (_paused.TryTakeLater(out var place))
        {
            Resume(place.Store, place);
            return true;
        }

        if (_waiting.TryTakeHeld(out var mailbox))
        {
            Deliver(_executor.RunAccounted(mailbox));
            return true;
        }

        return false;
    }

    private bool TryEnd()
    {
        if (!_waiting.TryTakeEnding(out var mailbox))
        {
            return false;
        }

        Deliver(_executor.RunAccounted(mailbox));
        return true;
    }

    private void Resume(IActorRef store, object message)
    {
        if (Turn.TryResume(store, message, out var mailbox))
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
