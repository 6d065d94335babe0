using Akka.Actor;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using static WasmActors.Actors.Messages.StoreProtocol;

namespace WasmActors.Actors.Stores;

// Cancellations and deadlines of guests that are paused, and what follows when a guest was interrupted.
internal sealed partial class StoreActor
{
    private AskedWatch? _asked;

    // Whether paused guests go with the store, instead of being given up before their callers are answered.
    private bool _leavesGuests;

    // A command that came as a message and may run a guest beyond its deadline.
    private void Watch(AskedCommand asked)
    {
        if (asked.Command is Call or CallBatch or RunCommand or Instantiate or InstantiateInOrder
            && (DeadlineOf(asked) ?? Session.Store.DefaultDeadline()) is var deadline and not long.MaxValue)
        {
            (_asked ??= new AskedWatch(_cell)).Begin(asked, deadline);
        }
    }

    // Asked by a cancellation, by the sweeper of deadlines, or by a timer for commands that came as messages.
    private void OnAttend()
    {
        _cell.AttentionPaid();
        if (_session is null || _brokenBy is not null || _top is null)
        {
            return;
        }

        using var _ = Session.Store.Enter();
        while (_top is not null && _brokenBy is null && _session is not null && AttendToOne())
        {
            // Several may be due at once, and each was told only once.
        }

        if (_cell.TryReadClock(out long _))
        {
            for (var frame = _top; frame is not null; frame = frame.Outer)
            {
                WatchTime(frame); // it was asked too early, or for another's sake
            }
        }

        Advance();
    }

    // Ends what is cancelled, what is late, or a wait; false when nothing is due.
    private bool AttendToOne()
    {
        if (Outermost(static a => a.Work is StoreRequest { Interruption: not null }) is { } cancelled)
        {
            Interrupt(cancelled, ErrorCode.Cancelled, "The call was cancelled while its guest was paused");
        }
        else if (!_cell.TryReadClock(out long now))
        {
            return false;
        }
        else if (Outermost(a => now >= (a.Call?.Deadline ?? long.MaxValue)) is { } late)
        {
            Interrupt(late, ErrorCode.DeadlineExceeded, "The call's deadline came while its guest was paused");
        }
        else if (Outermost(a => a.IsAsleep && now >= a.ImportDeadline) is { } sleeper)
        {
            sleeper.Answered();
            WatchTime(sleeper);
        }
        else if (Outermost(a => a.IsWaiting && now >= a.ImportDeadline) is { } waiting)
        {
            OnAnswer(waiting.Import, null, new WasmError(
                ErrorCode.ImportDeadlineExceeded,
                $"'{waiting.Call!.Import!.Func.ShownName}' was not answered within {waiting.Server!.Within.TotalSeconds:0.###} s."));
        }
        else
        {
            return false;
        }

        return true;
    }

    private CallFrame? Outermost(Func<CallFrame, bool> condition)
    {
        CallFrame? found = null;
        for (var frame = _top; frame is not null; frame = frame.Outer)
        {
            if (condition(frame))
            {
                found = frame;
            }
        }

        return found;
    }

    private void Interrupt(CallFrame frame, string code, string what)
    {
        string where = frame.Call?.Import is { } import ? $", waiting for '{import.Func.ShownName}'" : "";
        var failure = new Trap(TrapCode.Interrupt, code, $"{what}{where}.", [], null) { Owner = _cell.Id };
        _leavesGuests = PolicyFor(frame, failure) != FailurePolicy.Keep;
        DropAbove(frame, failure);
        if (frame.Call is { } call)
        {
            LogFailure(call, failure);
            TellTrap(failure);
        }

        AfterFailure(frame, failure);
    }

    // What nests in the work is given up: it cannot go on when that does not.
    private void DropAbove(CallFrame frame, WasmException reason)
    {
        while (_top is { } top && top != frame)
        {
            FailWork(EndTop(top, reason), reason);
        }
    }

    private FailurePolicy PolicyFor(CallFrame frame, WasmException failure)
    {
        var policy = frame.Work is ReplayedStep ? FailurePolicy.Keep : _recipe.Spec.After(failure);
        return _engine.EndsGuests || (policy == FailurePolicy.Replace && _cell.IsGone)
            ? FailurePolicy.Stop // it was to stop in any case: nobody needs another
            : policy;
    }

    // The innermost work failed: what becomes of the store, and who is answered what.
    private void AfterFailure(CallFrame frame, WasmException failure)
    {
        switch (PolicyFor(frame, failure))
        {
            case FailurePolicy.Replace:
                failure.Fate = StoreFate.Replaced;
                Break(frame, failure, failure);
                break;
            case FailurePolicy.Stop:
                failure.Fate = StoreFate.Stopped;
                EndStore(frame, failure);
                break;
            default:
                if (failure.IsInterruption)
                {
                    failure.Fate = StoreFate.Kept;
                }

                FailTop(frame, failure);
                break;
        }
    }

    // The store ends with its failure: everybody else who waits is answered store.gone, whose command it was last. To give up paused guests
    // and to give back a large memory takes milliseconds, for which the next whose deadline has come does not wait.
    private void EndStore(CallFrame frame, WasmException failure)
    {
        _cell.MarkGone($"its guest {(failure.IsInterruption ? "was interrupted" : "failed")} ({failure.Code})");
        var work = EndTop(frame, failure);
        FailAll(_cell.Gone());
        FailWork(work, failure);
        Tell(SupervisionAction.Stop, failure.Code, GuestText.MessageOf(failure), null);
        (_session, _ended) = (null, _session);
        var leaving = new LeavingStore(Self);
        if (!Turn.TryLeave(leaving))
        {
            Self.Tell(leaving);
        }
    }

    // The call is given up, not given back: nobody knows its state, and its store ends with it.
    private void OnBug(Exception bug)
    {
        if (_top is { } top)
        {
            top.Call = null;
            if (top.Work is ReplayedStep)
            {
                _top = null;
                top.End();
                CannotBeMade(bug);
                return;
            }
        }

        Log.Error(bug, "Store {Store} broke", _cell.Id);
        Break(_top, bug, Lost(bug));
    }

    // Not where a guest that broke the store nests in it, which nobody can go back to: both end with the store.
    private bool TryDrop(GuestCall call, WasmException failure)
    {
        try
        {
            call.Drop(failure);
            return true;
        }
        catch (WasmError) when (_brokenBy is not null)
        {
            return false;
        }
    }

    // Everything that was sent before this message is answered first, whose command broke the store last; then the actor
    // throws and begins again. So who reads the failure and calls again finds the fresh store.
    private void Break(CallFrame? frame, Exception reason, WasmException failure)
    {
        _brokenBy = reason;
        _lastFailure = failure;
        if (frame is not null)
        {
            _breaking = EndTop(frame, failure);
        }

        FailQueue(Lost(reason));
        while (_top is { } outer)
        {
            FailWork(EndTop(outer, failure), Lost(reason));
        }

        Self.Tell(QueueAnswered.Instance);
    }

    private void OnQueueAnswered()
    {
        var breaking = _breaking;
        _breaking = null; // once: its request may serve another call from the answer on
        if (breaking is not null)
        {
            FailWork(breaking, _lastFailure!);
        }

        if (_cell.IsGone)
        {
            DisposeSession(); // it was to stop while it broke
            Context.Stop(Self);
            return;
        }

        throw new StoreBrokenException($"store {_cell.Id} broke: {GuestText.MessageOf(_brokenBy!)}", _brokenBy);
    }
}
