using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Stores;

// How work ends and who waits for it is answered. The store has been entered.
internal sealed partial class StoreActor
{
    private static void End(Activity activity, GuestCall call)
    {
        activity.Call = null;
        Release(call);
    }

    private static void Release(GuestCall call)
    {
        if (call is FuncCall funcCall)
        {
            funcCall.GiveBack();
        }
    }

    private void Finish(Activity activity, object reply)
    {
        _top = activity.Outer;
        activity.End().Answer(reply, _cell);
        AfterNested();
    }

    // The innermost work failed: it is answered, and what it nests in goes on waiting.
    private void FailTop(Activity activity, WasmException failure)
    {
        var work = EndTop(activity, failure);
        if (IsReplay(work))
        {
            CannotBeMade(failure);
            return;
        }

        FailWork(work, failure);
        AfterNested();
    }

    // Ends the innermost work without answering it; a guest that is paused is given up.
    private Work EndTop(Activity activity, WasmException failure)
    {
        _top = activity.Outer;
        FailCallers(activity);
        if (activity.IsWaiting)
        {
            activity.Record?.Answered(failure.Code);
        }

        if (activity.Call is { } call)
        {
            if (call.IsPaused && (_leavesGuests || !TryDrop(call, failure)))
            {
                return activity.End();
            }

            Release(call);
        }

        return activity.End();
    }

    private void FailWork(in Work work, WasmException failure)
    {
        if (work.Request?.CompletesInSpiteOf(failure) == true)
        {
            work.Forget(_cell);
        }
        else if (work.Command is { } command)
        {
            work.Answer(StoreSession.Failed(command, failure), _cell);
        }
        else
        {
            work.Forget(_cell);
            work.Request?.Fail(failure);
        }
    }
}
