using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Interop.Bridges;

namespace WasmActors.Runtime.Calls;

// Work that is not left before its end: in a direct store, where nobody steps it, and on another guest's stack.
public abstract partial class GuestCall
{
    /// <summary>Steps to the end; while the guest sleeps, this thread does.</summary>
    /// <exception cref="WasmException">The work failed; <c>call.cannot_wait</c>: the guest called an import that is answered later, which
    /// needs somebody who steps the call and answers it.</exception>
    public void RunToEnd()
    {
        while (true)
        {
            switch (Step())
            {
                case CallStep.Completed:
                    return;
                case CallStep.Trapped:
                    throw Failure!;
                case CallStep.Parked when Import!.WakesAt is { } awake:
                    SleepUntil(awake);
                    break;
                case CallStep.Parked:
                    Drop(CannotWait(Import!.Func));
                    throw Failure!;
            }
        }
    }

    /// <summary>The failure of a guest that called <paramref name="import"/> where nobody can wait for the answer.</summary>
    internal static WasmError CannotWait(ServedFunc import) => new(
        ErrorCode.CannotWait,
        $"The guest called '{import.ShownName}', which is answered later, where it cannot be paused: inside a host function's own call of a guest, or in a call that nobody steps. Call it through the store's actor, or from the guest directly.");

    /// <summary>Runs to the end, within a level of its own, where other frames are live on the stack that the store's guest is on.</summary>
    internal void RunNested()
    {
        try
        {
            RunHere();
        }
        catch (WasmException refused)
        {
            Failure = refused;
        }

        Ended();
    }

    // In one step: with the other guest's frames below, this one cannot be left.
    private CallStep RunOnWaiting(GuestCall waiting)
    {
        waiting.Import!.Guest = this;
        using (Store.BeginStep())
        {
            waiting._run!.Advance(waiting, out _);
        }

        return Failure is null ? CallStep.Completed : CallStep.Trapped;
    }

    private void SleepUntil(long timestamp)
    {
        using var _ = Store.Enter();
        try
        {
            Store.Wasi.Clock.SleepUntil(timestamp);
        }
        catch (WasmException interrupted)
        {
            Drop(interrupted);
            throw;
        }
    }

    private void RunHere()
    {
        bool isApart = Store.NestsApart || (Store.NestsOnFiber && !IsNumeric);
        using var level = Store.BeginLevel(Deadline ??= Store.DefaultDeadline(), Signal, isApart);
        Slices++;
        if (isApart)
        {
            using var run = new FiberRun();
            Failure = run.RunToEnd(this);
        }
        else
        {
            Failure = Run();
        }
    }
}
