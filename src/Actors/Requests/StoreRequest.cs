using System.Diagnostics;
using Akka.Actor;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Requests;

/// <summary>
/// A command on its way to a store's actor together with the place where its answer is awaited. It is the message
/// itself, so that a call in one process allocates nothing.
/// </summary>
/// <remarks>
/// It is answered exactly once, by whoever moves its state to <see cref="Phase.Done"/> first: the actor, the caller's
/// cancellation, or the deadline. The state carries a version, so that nobody can answer a later use of the same
/// object.
/// </remarks>
internal abstract partial class StoreRequest : StoreWork, ICallSignal, ISwept, IThreadPoolWorkItem, INoSerializationVerificationNeeded
{
    private long _state;
    private CancellationTokenRegistration _registration;
    private bool _registered;
    private volatile int _interruption = -1;
    private long _interruptedAt;
    private int _waitsInHost;

    internal enum Phase
    {
        Idle = 0,
        Waiting = 1,
        Running = 2,
        Done = 3,
    }

    /// <summary>Timestamp of the store's clock when it must be done.</summary>
    internal long Deadline { get; private set; }

    /// <summary>What it is, for those who listen; null for what is not followed.</summary>
    internal virtual CallKind? Kind => Command is { } command ? CallKind.Of(command) : CallKind.Call;

    /// <summary>Whether it is in its actor's queue, behind what was sent before.</summary>
    internal bool IsQueued { get; set; }

    /// <summary>Why a running guest shall end.</summary>
    public Interruption? Interruption => _interruption < 0 ? null : (Interruption)_interruption;

    /// <summary>Where the sweeper has it; -1 while it does not, and for what serves many times.</summary>
    internal int SweepPlace { get; set; } = -1;

    /// <summary>Whether the object is sent only once; the sweeper knows the others for as long as they live.</summary>
    private protected virtual bool ServesOnce => true;

    /// <summary>Whether the answer came from the actor, so that nobody else holds the object.</summary>
    protected bool AnsweredByActor { get; private set; }

    private Phase CurrentPhase => (Phase)(Volatile.Read(ref _state) & 3);

    /// <summary>Whether it is for the caller of an import rather than for the store.</summary>
    internal virtual bool IsForCaller => false;

    /// <summary>It was counted in with those that wait in the host, before it is sent.</summary>
    internal void WaitsInHost() => _waitsInHost = 1;

    /// <summary>Called by the actor when it begins the request; false when it was answered meanwhile.</summary>
    internal override bool TryTake()
    {
        bool begins = Move(Phase.Waiting, Phase.Running);
        Cell.Taken(begins);
        WaitsNoLonger();
        if (begins && CallMetrics.HasFollowed)
        {
            Record?.Taken();
        }

        return begins;
    }

    /// <summary>The actor's answer when it failed.</summary>
    internal override void Fail(WasmException failure)
    {
        if (Move(Phase.Running, Phase.Done))
        {
            AnsweredByActor = true;
            Record?.End(failure.Code, failure.Message);
            SetFailure(failure);
            Finish();
        }
    }

    /// <summary>The caller gives it up: answered at once while it waits; a running guest ends at its next
    /// tick.</summary>
    private void Cancel()
    {
        _interruptedAt = Stopwatch.GetTimestamp();
        _interruption = (int)Runtime.Calls.Interruption.Cancelled;
        if (CurrentPhase == Phase.Running)
        {
            Cell.RequestAttention();
        }

        FailUnless(Phase.Running, new WasmError(ErrorCode.Cancelled, "The call was cancelled while it waited for its store; the guest was not called.") { WasNotBegun = true });
    }

    /// <summary>Ends it when its store has gone without taking it.</summary>
    internal void FailGone()
    {
        WaitsNoLonger();
        FailUnless(Phase.Running, Cell.Gone());
    }

    public void Execute() => Publish();

    /// <summary>Marks the actor's success; false when the request was answered meanwhile.</summary>
    protected bool TryFinish()
    {
        if (!Move(Phase.Running, Phase.Done))
        {
            return false;
        }

        AnsweredByActor = true;
        if (CallMetrics.HasFollowed)
        {
            Record?.End(null, null);
        }

        return true;
    }

    /// <summary>Wakes the awaiting caller, never within the actor's turn.</summary>
    protected void Finish()
    {
        if (SweepPlace >= 0)
        {
            RequestSweeper.Forget(this);
        }

        Turn.Owe(this);
    }

    /// <summary>Keeps a failure for <see cref="Publish"/>.</summary>
    protected abstract void SetFailure(WasmException failure);

    /// <summary>Hands the outcome to the awaiting caller.</summary>
    protected abstract void Publish();

    /// <summary>Ends the caller's own hold on the object, before it may serve again.</summary>
    protected void Release()
    {
        if (_registered)
        {
            _registered = false;
            _registration.Dispose();
            _registration = default;
        }
    }

    /// <summary>Makes the object idle for its next use.</summary>
    protected void Rest() => Volatile.Write(ref _state, _state & ~3L);

    // Once, by its actor or by who finds that it has gone.
    private void WaitsNoLonger()
    {
        if (Volatile.Read(ref _waitsInHost) != 0 && Interlocked.Exchange(ref _waitsInHost, 0) != 0)
        {
            Cell.Host.WaitsNoLonger(Cell.Tenant);
        }
    }

    private void FailUnless(Phase excluded, WasmException failure)
    {
        long state = Volatile.Read(ref _state);
        var phase = (Phase)(state & 3);
        if (phase != excluded && phase != Phase.Idle && phase != Phase.Done)
        {
            TryFail(state, failure);
        }
    }

    private void TryFail(long state, WasmException failure)
    {
        if (Interlocked.CompareExchange(ref _state, (state & ~3L) + (long)Phase.Done, state) == state)
        {
            Record?.End(failure.Code, failure.Message);
            SetFailure(failure);
            Finish();
        }
    }

    private bool Move(Phase from, Phase to)
    {
        long state = Volatile.Read(ref _state);
        return (Phase)(state & 3) == from && Interlocked.CompareExchange(ref _state, (state & ~3L) + (long)to, state) == state;
    }
}
