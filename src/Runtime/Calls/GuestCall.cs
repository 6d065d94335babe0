using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Calls;

/// <summary>
/// Work of a guest, a call or an instantiation, as steps: who owns the store steps it until it is completed or trapped, and
/// may do other things in between.
/// </summary>
/// <remarks>
/// In the direct mode, the only one so far, one step runs to the end: within the deadline, and until the signal says stop.
/// A failure is kept in <see cref="Failure"/> and not thrown.
/// </remarks>
public abstract class GuestCall
{
    private protected GuestCall(WasmStore store) => Store = store;

    /// <summary>The store that the guest runs in.</summary>
    public WasmStore Store { get; }

    /// <summary>Timestamp of the engine's clock at which the work is ended; null, the default, for the store's limit counted
    /// from the first step.</summary>
    public long? Deadline { get; set; }

    /// <summary>Who may end the work from outside; default nobody.</summary>
    public ICallSignal? Signal { get; set; }

    /// <summary>Why the work failed; null while it has not.</summary>
    public WasmException? Failure { get; private set; }

    /// <summary>Runs the guest until the step ends.</summary>
    /// <exception cref="WasmError"><c>store.in_use</c>, <c>store.gone</c>: the step was not begun and may be tried again by the store's owner.</exception>
    public CallStep Step()
    {
        using var _ = Store.Enter();
        return StepEntered();
    }

    /// <summary>The same where the store has been entered.</summary>
    internal CallStep StepEntered()
    {
        try
        {
            using var level = Store.BeginLevel(Deadline ??= Store.DefaultDeadline(), Signal);
            Failure = Run();
        }
        catch (WasmException refused)
        {
            Failure = refused;
        }

        return Failure is null ? CallStep.Completed : CallStep.Trapped;
    }

    /// <summary>Steps to the end.</summary>
    /// <exception cref="WasmException">The work failed.</exception>
    public void RunToEnd()
    {
        if (Step() == CallStep.Trapped)
        {
            throw Failure!;
        }
    }

    /// <summary>Enters the guest; the store has been entered and a level begun.</summary>
    private protected abstract WasmException? Run();

    /// <summary>Forgets the last run, so that the object can serve another.</summary>
    private protected void Reset()
    {
        Deadline = null;
        Failure = null;
        Signal = null;
    }
}
