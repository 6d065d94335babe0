using Akka.Actor;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Telemetry;

namespace WasmActors.Actors.Requests;

// How it is sent.
internal abstract partial class StoreRequest
{
    /// <summary>Sends it, and the caller then awaits it; the answer is null, or the refusal, and then nothing was
    /// sent.</summary>
    /// <param name="cell">The store.</param>
    /// <param name="deadline">Timestamp of its clock when it must be done.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <param name="here">Whether this thread may carry it out for a slice, see
    /// <see cref="GuestExecutor.RunHere"/>.</param>
    internal WasmError? TrySend(StoreCell cell, long deadline, CancellationToken cancellation, bool here = false)
    {
        if (cell.TryAdmit(this, deadline) is { } refusal)
        {
            RuntimeTelemetry.Refused(refusal.Code);
            return refusal;
        }

        if (here && cell.HasSlices && Turn.Executor is null && !cancellation.IsCancellationRequested)
        {
            PostHere(cell, deadline, cancellation);
        }
        else
        {
            Post(cell, deadline, cancellation);
        }

        return null;
    }

    /// <summary>Sends what a full queue and the time it takes must not keep from its store.</summary>
    internal void SendInAnyCase(StoreCell cell, CancellationToken cancellation)
    {
        cell.AdmitInAnyCase(this);
        Post(cell, long.MaxValue, cancellation);
    }

    /// <summary>Begins the wait for an answer; the answer is the state that says so.</summary>
    private protected long Wait(StoreCell cell, long deadline)
    {
        Cell = cell;
        Deadline = deadline;
        AnsweredByActor = false;
        IsQueued = false;
        _interruption = -1;
        _attendAt = long.MaxValue;
        if (CallMetrics.IsListening || CallMetrics.HasFollowed)
        {
            Follow();
        }

        long posted = (_state & ~3L) + 4 + (long)Phase.Waiting;
        Volatile.Write(ref _state, posted);
        if (ServesOnce)
        {
            RequestSweeper.WatchOnce(this);
        }

        return posted;
    }

    /// <summary>Has it given up by its caller's token.</summary>
    private protected void Register(CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled)
        {
            _registered = true;
            _registration = cancellation.UnsafeRegister(static request => ((StoreRequest)request!).Cancel(), this);
        }
    }

    private void Post(StoreCell cell, long deadline, CancellationToken cancellation)
    {
        long posted = Wait(cell, deadline);
        Register(cancellation);
        cell.Actor.Tell(this, ActorRefs.NoSender);
        RequestSweeper.RequestSent();

        // From here on the object may serve another use already: only this one may be failed.
        if (cell.IsGone)
        {
            TryFail(posted, cell.Gone());
        }
    }

    // Its caller has no awaitable yet: the object serves no other use before this is over.
    private void PostHere(StoreCell cell, long deadline, CancellationToken cancellation)
    {
        long posted = Wait(cell, deadline);
        bool isMine = Turn.TrySend(cell.Actor, this, out var mailbox, out var executor);
        RequestSweeper.RequestSent();
        if (isMine && executor!.RunHere(mailbox!) is { } owed)
        {
            if (ReferenceEquals(owed, this))
            {
                Publish();
            }
            else
            {
                ThreadPool.UnsafeQueueUserWorkItem(owed, preferLocal: true);
            }
        }

        if (CurrentPhase != Phase.Done)
        {
            Register(cancellation);
            if (cell.IsGone)
            {
                TryFail(posted, cell.Gone());
            }
        }
    }

    private void Follow() => Record = CallMetrics.IsListening && Kind is { } kind
        ? (Record ?? new CallRecord()).Begin(Cell, kind, Chain?.Trace ?? default)
        : null;
}
