using Akka.Actor;
using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Stores;

// Cancellations and deadlines of guests that are paused, and what follows when a guest was interrupted.
internal sealed partial class StoreActor
{
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
            for (var activity = _top; activity is not null; activity = activity.Outer)
            {
                WatchTime(activity); // it was asked too early, or for another's sake
            }
        }

        Advance();
    }

    // Ends what is cancelled, what is late, or a wait; false when nothing is due.
    private bool AttendToOne()
    {
        if (Outermost(static a => a.Work.Request?.Interruption is not null) is { } cancelled)
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
        else if (Outermost(a => a.IsWaiting && now >= a.ImportDeadline) is { } waiting)
        {
            OnAnswer(waiting.Import, null, new WasmError(
                ErrorCode.ImportDeadlineExceeded,
                $"'{GuestText.Clean(waiting.Call!.Import!.Func.FullName, GuestText.NameLimit)}' was not answered within {waiting.Server!.Within.TotalSeconds:0.###} s."));
        }
        else
        {
            return false;
        }

        return true;
    }

    private Activity? Outermost(Func<Activity, bool> condition)
    {
        Activity? found = null;
        for (var activity = _top; activity is not null; activity = activity.Outer)
        {
            if (condition(activity))
            {
                found = activity;
            }
        }

        return found;
    }

    private void Interrupt(Activity activity, string code, string what)
    {
        string where = activity.Call?.Import is { } import ? $", waiting for '{GuestText.Clean(import.Func.FullName, GuestText.NameLimit)}'" : "";
        var failure = new Trap(TrapCode.Interrupt, code, $"{what}{where}.", [], null);
        DropAbove(activity, failure);
        if (activity.Call is { } call)
        {
            LogFailure(call, failure);
        }

        AfterInterrupt(activity, failure);
    }

    // What nests in the work is given up: it cannot go on when that does not.
    private void DropAbove(Activity activity, WasmException reason)
    {
        while (_top is { } top && top != activity)
        {
            FailWork(EndTop(top, reason), reason);
        }
    }

    private void AfterInterrupt(Activity activity, WasmException failure)
    {
        switch (_recipe.Spec.AfterInterrupt)
        {
            case InterruptPolicy.Replace:
                failure.Fate = StoreFate.Replaced;
                Break(activity, failure, failure);
                break;
            case InterruptPolicy.Stop:
                failure.Fate = StoreFate.Stopped;
                _cell.MarkGone($"its guest was interrupted ({failure.Code})");
                FailTop(activity, failure);
                Context.Stop(Self);
                break;
            case InterruptPolicy.Keep:
                failure.Fate = StoreFate.Kept;
                FailTop(activity, failure);
                break;
        }
    }

    // The call is given up, not given back: nobody knows its state, and its store ends with it.
    private void OnBug(Exception bug)
    {
        if (_top is { } top)
        {
            top.Call = null;
            if (IsReplay(top.Work))
            {
                _top = null;
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
    private void Break(Activity? activity, Exception reason, WasmException failure)
    {
        _brokenBy = reason;
        _lastFailure = failure;
        if (activity is not null)
        {
            _breaking = EndTop(activity, failure);
        }

        FailQueue(Lost(reason));
        while (_top is { } outer)
        {
            FailWork(EndTop(outer, failure), Lost(reason));
        }

        Self.Tell(QueueAnswered.Instance);
    }
}
