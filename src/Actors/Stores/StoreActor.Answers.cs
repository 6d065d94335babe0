using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Stores;

// How work ends and who waits for it is answered. The store has been entered.
internal sealed partial class StoreActor
{
    private static void End(CallFrame frame, GuestCall call)
    {
        frame.Call = null;
        Release(call);
    }

    private static void Release(GuestCall call)
    {
        if (call is FuncCall funcCall)
        {
            funcCall.GiveBack();
        }
    }

    private void Finish(CallFrame frame, object reply)
    {
        _top = frame.Outer;
        Answer(frame.End(), reply);
        AfterNested();
    }

    // The innermost work failed: it is answered, and what it nests in goes on waiting.
    private void FailTop(CallFrame frame, WasmException failure)
    {
        var work = EndTop(frame, failure);
        if (work is ReplayedStep)
        {
            CannotBeMade(failure);
            return;
        }

        FailWork(work, failure);
        AfterNested();
    }

    // Ends the innermost work without answering it; a guest that is paused is given up.
    private StoreWork EndTop(CallFrame frame, WasmException failure)
    {
        _top = frame.Outer;
        FailCallers(frame);
        if (frame.IsWaiting)
        {
            frame.Work.Record?.Answered(failure.Code);
        }

        if (frame.Call is { } call)
        {
            if (call.IsPaused && (_leavesGuests || !TryDrop(call, failure)))
            {
                return frame.End();
            }

            Release(call);
        }

        return frame.End();
    }

    private static void Answer(StoreWork work, object reply)
    {
        work.Leave();
        ((ICommandWork)work).Reply(reply);
    }

    private static void FailWork(StoreWork work, WasmException failure)
    {
        work.Leave();
        work.Fail(failure);
    }
}
