using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Calls;

/// <summary>
/// Work of a guest, a call or an instantiation, as steps: who owns the store steps it until it is completed or trapped, and
/// may do other things in between.
/// </summary>
/// <remarks>
/// In a direct store one step runs to the end. In a preemptive one a step ends with its time slice, one tick of the engine, or where
/// the guest called an import that is answered later. A guest that is paused keeps its place in the store: other work of the store
/// nests in it and must end first. A failure is kept in <see cref="Failure"/> and not thrown.
/// </remarks>
public abstract partial class GuestCall
{
    private GuestRun? _run;
    private long _processorNanoseconds;

    private protected GuestCall(WasmStore store) => Store = store;

    /// <summary>The store that the guest runs in.</summary>
    public WasmStore Store { get; }

    /// <summary>Timestamp of the engine's clock at which the work is ended; null, the default, for the store's limit counted
    /// from the first step. Work that nests in other work ends with that at the latest.</summary>
    public long? Deadline { get; set; }

    /// <summary>Who may end the work from outside; default nobody.</summary>
    public ICallSignal? Signal { get; set; }

    /// <summary>Why the work failed; null while it has not.</summary>
    public WasmException? Failure { get; private set; }

    /// <summary>The import that the guest waits for after a step that ended as <see cref="CallStep.Parked"/>, else null.</summary>
    public ParkedImport? Import { get; internal set; }

    /// <summary>Where the waiting import's results go, a <c>wasmtime_val_t*</c> on the guest's stack.</summary>
    internal nint ImportResults { get; set; }

    /// <summary>Where the waiting import's trap goes, a <c>wasm_trap_t**</c> on the guest's stack.</summary>
    internal nint ImportTrap { get; set; }

    /// <summary>Whether the guest was begun and is left in the middle: it yielded or parked.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>How many steps it has taken.</summary>
    public long Slices { get; private set; }

    /// <summary>How many of them ended because the time slice was over.</summary>
    public long Yields { get; private set; }

    /// <summary>Time of a processor that it has had since it first yielded; where the system does not tell, wall-clock time.</summary>
    public TimeSpan ProcessorTime => TimeSpan.FromTicks(_processorNanoseconds / 100);

    /// <summary>The paused work that this work nests in; null for none.</summary>
    internal GuestCall? Outer { get; set; }

    internal GuestRun? Stack => _run;

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
        if (IsPaused)
        {
            Store.RequireInnermost(this);
            return Advance();
        }

        try
        {
            Prepare();
            if (!HasWork)
            {
                return CallStep.Completed;
            }

            if (Store.PausesGuests)
            {
                if (Store.NestsOnWaiting)
                {
                    return RunOnWaiting(Store.Innermost!);
                }

                Begin();
                return Advance();
            }

            RunHere();
        }
        catch (WasmException refused)
        {
            Failure = refused;
        }

        Ended();
        return Failure is null ? CallStep.Completed : CallStep.Trapped;
    }

    /// <summary>Gives up a guest that is paused: its stack is unwound, and <paramref name="reason"/> becomes the failure.</summary>
    /// <exception cref="InvalidOperationException">It is not paused.</exception>
    /// <exception cref="WasmError"><c>store.in_use</c>: work that nests in it is under way.</exception>
    public void Drop(WasmException reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        using var _ = Store.Enter();
        if (!IsPaused)
        {
            throw new InvalidOperationException("Only a guest that is paused can be given up.");
        }

        Store.RequireInnermost(this);
        if (Import is { } import)
        {
            import.Abandon(reason);
            Store.Unpark(this);
        }

        using (Store.BeginStep())
        {
            _run!.Drop(this, reason);
        }

        End(reason);
    }

    /// <summary>A step has taken so much time of the processor.</summary>
    internal void AddProcessorTime(long nanoseconds) => _processorNanoseconds += nanoseconds;

    /// <summary>Looks up what the work needs before it is begun; may refuse.</summary>
    private protected virtual void Prepare()
    {
    }

    /// <summary>Called once the work has ended, well or not.</summary>
    private protected virtual void Ended()
    {
    }

    /// <summary>Enters the guest on this thread's stack; the store has been entered and a level begun.</summary>
    internal abstract WasmException? Run();

    /// <summary>Makes the native future of the work, or of its next part, on the frame's memory.</summary>
    internal abstract nint BeginFuture(FutureFrame frame);

    /// <summary>Takes the results of a future that ended well; true when the work has another part.</summary>
    internal abstract bool EndFuture(FutureFrame frame);

    /// <summary>The failure in the words of this kind of work.</summary>
    internal virtual WasmException Explain(WasmException failure) => failure;

    /// <summary>Whether it is a call with numbers only, which Wasmtime takes on any stack.</summary>
    private protected virtual bool IsNumeric => false;

    /// <summary>Whether there is something to run at all.</summary>
    private protected virtual bool HasWork => true;

    /// <summary>Releases the native memory that the object keeps between its uses.</summary>
    internal void ReleaseStack()
    {
        _run?.Dispose();
        _run = null;
    }

    /// <summary>Forgets the last run, so that the object can serve another.</summary>
    private protected void Reset()
    {
        Deadline = null;
        Failure = null;
        Signal = null;
        Slices = 0;
        Yields = 0;
        _processorNanoseconds = 0;
    }

    private void Begin()
    {
        Store.RequireNestable();
        Store.PushLevel(Deadline ??= Store.DefaultDeadline(), Signal);
        try
        {
            _run ??= Store.Engine.NewRun();
            _run.Begin(this);
        }
        catch
        {
            Store.PopLevel();
            throw;
        }

        IsPaused = true;
        Store.PushGuest(this);
    }

    private CallStep Advance()
    {
        bool done;
        WasmException? failure;
        using (Store.BeginStep())
        {
            Slices++;
            done = SliceThread.Current is { } background && _run is FiberRun
                ? background.Advance(_run, this, out failure)
                : _run!.Advance(this, out failure);
        }

        if (!done)
        {
            if (Import is not null)
            {
                return CallStep.Parked;
            }

            Yields++;
            return CallStep.Yielded;
        }

        End(failure);
        return Failure is null ? CallStep.Completed : CallStep.Trapped;
    }

    private void End(WasmException? failure)
    {
        IsPaused = false;
        Store.PopGuest(this);
        Store.PopLevel();
        Failure = failure;
        Ended();
        if (this is not FuncCall)
        {
            ReleaseStack(); // calls of functions serve again
        }
    }
}
