using Akka.Dispatch;
using WasmActors.Actors.Admission;

namespace WasmActors.Actors.Dispatch;

/// <summary>One of the stores that may run at the same time: a work item of the thread pool while it is busy.</summary>
internal sealed class GuestWorker(GuestExecutor executor, WaitingStores waiting) : IThreadPoolWorkItem
{
    // So many turns a thread runs in a row before the pool gets it back.
    private const int MaxTurns = 2048;

    // Now and then a thread that runs stores without having waited in line looks whether somebody has waited too long, and whose guests keep on.
    private const int TurnsBetweenLooks = 64;

    private int _busy;
    private IRunnable? _first;
    private bool _firstLasts;
    private int _turnsHere;

    /// <summary>Makes an idle worker busy; false when it is busy already.</summary>
    /// <param name="run">The mailbox that it runs first; null for one that waits.</param>
    /// <param name="lasts">Whether the reserve is to be left after that.</param>
    internal bool TryStart(IRunnable? run, bool lasts)
    {
        if (!TryClaim())
        {
            return false;
        }

        _first = run;
        _firstLasts = lasts;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        return true;
    }

    /// <summary>Makes an idle worker busy without starting it.</summary>
    internal bool TryClaim() => Volatile.Read(ref _busy) == 0 && Interlocked.CompareExchange(ref _busy, 1, 0) == 0;

    public void Execute()
    {
        var run = _first;
        bool lasts = _firstLasts;
        bool aged = false;
        _first = null;
        IThreadPoolWorkItem? owed = null;
        if (run is not null || waiting.TryTake(out run, out lasts, out aged))
        {
            if (lasts)
            {
                executor.Wake(); // another, which was not asked while there was no room for such a one
            }

            owed = executor.RunAccounted(run);
            executor.LeaveReserve(lasts);
            if (aged)
            {
                waiting.AgedEnded();
            }
        }

        GoOn();
        if (owed is not null)
        {
            GoOnWith(owed);
        }
    }

    /// <summary>Runs a mailbox for one message on this thread; the worker was claimed for it.</summary>
    /// <returns>The answer that the turn left to deliver.</returns>
    internal IThreadPoolWorkItem? RunHere(IRunnable run)
    {
        if (++_turnsHere % TurnsBetweenLooks == 0 && waiting.HasAged)
        {
            executor.StartOne();
        }

        bool lasts = false;
        try
        {
            if (executor.MayRun(executor.TenantOf(run), out lasts))
            {
                return executor.RunAccounted(run, once: true);
            }
        }
        finally
        {
            executor.LeaveReserve(lasts);
            GoOn();
            if (lasts)
            {
                executor.Wake();
            }
        }

        executor.ExecuteElsewhere(run);
        return null;
    }

    // Whoever got an answer goes on, and often calls again; that call is carried out here as well, unless others wait. Now and
    // then this thread goes back to the pool all the same.
    private void GoOnWith(IThreadPoolWorkItem owed)
    {
        Tenant? tenant = null;
        bool lasts = false;
        for (int turns = 0; NextTurn.RunOwed(owed, executor) is { } mailbox; turns++)
        {
            bool looks = turns % TurnsBetweenLooks == 0;
            if (looks && turns > 0 && waiting.HasAged)
            {
                executor.StartOne();
            }

            if (turns == MaxTurns || waiting.HasNext() || executor.TryClaim() is not { } worker)
            {
                executor.ExecuteElsewhere(mailbox);
                break;
            }

            if (looks || executor.TenantOf(mailbox) != tenant)
            {
                executor.LeaveReserve(lasts);
                tenant = executor.TenantOf(mailbox);
                if (!executor.MayRun(tenant, out lasts))
                {
                    worker.GoOn();
                    executor.ExecuteElsewhere(mailbox);
                    break;
                }
            }

            var next = Turn.Run(mailbox, executor);
            worker.GoOn();
            if (next is null)
            {
                break;
            }

            owed = next;
        }

        executor.LeaveReserve(lasts);
        if (lasts)
        {
            executor.Wake();
        }
    }

    // A worker that stays hands its thread back in between, so that other work of the pool gets its turn.
    private void GoOn()
    {
        if (!waiting.HasNext())
        {
            Interlocked.Exchange(ref _busy, 0);
            if (!waiting.HasNext() || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
            {
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
