using Akka.Actor;
using Serilog;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Passivation;
using WasmActors.Actors.Requests;
using WasmActors.Actors.Stores.Supervision;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Stores;

/// <summary>
/// What handles of a store share with its actor: whether the store is still there, and how many requests wait. Read and
/// written from any thread.
/// </summary>
internal sealed partial class StoreCell : IPassivatable
{
    private readonly StorePlace _place;
    private readonly int _queueLimit;
    private readonly TimeSpan _defaultWithin;
    private readonly long _defaultDuration;
    private StoreRegister.Link _links;
    private StoreClosure? _closed;
    private volatile bool _isAbandoned;
    private int _attention;

    /// <param name="id">Number of the store.</param>
    /// <param name="spec">What it is started with.</param>
    /// <param name="engine">The engine, for its clock.</param>
    /// <param name="place">The store's place in its host.</param>
    internal StoreCell(long id, StoreSpec spec, WasmEngine engine, StorePlace place)
    {
        Id = id;
        _place = place;
        _queueLimit = spec.QueueLimit;
        _defaultWithin = spec.Options.Limits.Deadline;
        _defaultDuration = engine.EpochClock.Duration(_defaultWithin);
        SweepDuration = engine.EpochClock.Duration(RequestSweeper.Round);
        Engine = engine;
        HasSlices = spec.Options.Mode == ExecutionMode.Preemptive;
    }

    /// <summary>The engine that makes the store.</summary>
    internal WasmEngine Engine { get; }

    /// <summary>The time between two looks of the sweeper, by the store's clock.</summary>
    internal long SweepDuration { get; }

    /// <summary>Whether a guest lets go of its thread when its time slice ends.</summary>
    internal bool HasSlices { get; }

    /// <summary>Number of the store, as in logs; it stays when the store is replaced.</summary>
    internal long Id { get; }

    /// <summary>Whose it is.</summary>
    internal Tenant Tenant => _place.Tenant;

    /// <summary>What its memories take of its host.</summary>
    internal StoreMemory Memory => _place.Memory;

    /// <summary>What its host takes on.</summary>
    internal HostAdmission Host => _place.Host;

    /// <summary>Whether commands that come as messages are counted in when they are sent: they are with the stores'
    /// own mailbox.</summary>
    internal bool CountsCommands { get; set; }

    /// <summary>Requests that its actor has begun so far; what was answered while it waited is none.</summary>
    internal long BegunCount { get; private set; }

    /// <summary>The current timestamp, a tick old at most.</summary>
    internal long Now => Engine.EpochClock.Now;

    internal TimeProvider Clock => Engine.Settings.Clock;

    internal IActorRef Actor { get; set; } = ActorRefs.Nobody;

    /// <summary>Where the host logs.</summary>
    internal ILogger Log { get; init; } = Serilog.Core.Logger.None;

    /// <summary>The actor itself, to be looked at from outside; null while there is none.</summary>
    internal ILiveStore? Live { get; set; }

    /// <summary>Whether a request that should have ended so long ago is to be answered without its guest. One that is
    /// inside a host function may
    /// never let go; one that is paused, or waits for its turn, comes to its end when it has a processor.</summary>
    internal bool IsGivenUp(TimeSpan overdue) => overdue >= (Live is { IsInHostFunction: true } ? RequestSweeper.Grace : RequestSweeper.Patience);

    /// <summary>Reads the clock of deadlines; false when it throws.</summary>
    internal bool TryReadClock(out long now)
    {
        try
        {
            now = Clock.GetTimestamp();
            return true;
        }
        catch (Exception)
        {
            now = 0;
            return false;
        }
    }

    /// <summary>The stores that calls on behalf of this store's waiting guests were sent to; the
    /// <see cref="WaitGraph"/>'s own.</summary>
    internal List<(CallChain Waiter, StoreCell Store)>? WaitsFor { get; set; }

    /// <summary>The time until a timestamp, not below zero; null for never.</summary>
    internal TimeSpan? Left(long deadline) => deadline == long.MaxValue
        ? null
        : TimeSpan.FromSeconds(Math.Max(0, deadline - Now) / (double)Clock.TimestampFrequency);

    /// <summary>The same for the sweeper, which must not end with a clock that throws: null then.</summary>
    internal TimeSpan? LeftIfKnown(long deadline) => deadline != long.MaxValue && TryReadClock(out long now)
        ? TimeSpan.FromSeconds(Math.Max(0, deadline - now) / (double)Clock.TimestampFrequency)
        : null;

    /// <summary>The timestamp that lies so far ahead.</summary>
    internal long After(TimeSpan delay) => Engine.EpochClock.After(delay);

    /// <summary>The deadline of the guest on whose behalf code runs, by this store's clock.</summary>
    internal long DeadlineFrom(ServedContext served)
    {
        var waiting = served.Chain.Cell;
        return ReferenceEquals(waiting.Clock, Clock) ? served.Deadline
            : waiting.Left(served.Deadline) is { } left ? After(left)
            : long.MaxValue;
    }

    /// <summary>Asks the actor to look at its requests: one was cancelled, or its time has come.</summary>
    internal void RequestAttention()
    {
        if (Interlocked.Exchange(ref _attention, 1) == 0)
        {
            Actor.Tell(Attend.Instance, ActorRefs.NoSender);
        }
    }

    /// <summary>Whether its actor was asked and has not looked yet.</summary>
    internal bool NeedsAttention => Volatile.Read(ref _attention) != 0;

    /// <summary>The actor looks; from here on it may be asked again.</summary>
    internal void AttentionPaid() => Volatile.Write(ref _attention, 0);

    /// <summary>Whether it counts as alive; the actor's own.</summary>
    internal bool IsCounted { get; set; }

    public bool IsGone => Closed is { IsForGood: true };

    /// <summary>Why it takes no requests; null while it does.</summary>
    internal StoreClosure? Closed => Volatile.Read(ref _closed);

    /// <summary>Whether those who wait are to be answered without the actor, which is stuck while its host
    /// ends.</summary>
    internal bool IsAbandoned
    {
        get => _isAbandoned;
        set => _isAbandoned = value;
    }

    /// <summary>Its store takes no room until it is made again.</summary>
    internal void Rest() => _place.Rest();

    /// <summary>Its store is about to be made again; the answer is null, or the refusal, <c>host.full</c>.</summary>
    internal WasmError? TryReturn() => _place.TryReturn();

    /// <summary>The timestamp at which a request must be done that is sent now.</summary>
    /// <param name="within">Time for it; null for the store's limit, which is also the most.</param>
    internal long DeadlineOf(TimeSpan? within)
    {
        bool shorter = within is { } asked
            && (_defaultWithin == Timeout.InfiniteTimeSpan || (asked != Timeout.InfiniteTimeSpan && asked < _defaultWithin));
        return shorter ? Engine.EpochClock.After(within!.Value) : Engine.EpochClock.After(_defaultDuration);
    }

    long IPassivatable.GrantedMemory => Memory.Granted;

    bool IPassivatable.TryReadActivity(out long begun, out bool isIdle)
    {
        if (Live is not { IsPassive: false } live)
        {
            (begun, isIdle) = (0, false);
            return false;
        }

        begun = live.Begun;
        isIdle = !live.IsAtWork && Waiting == 0;
        return true;
    }

    void IPassivatable.Send(Passivate request) => Actor.Tell(request, ActorRefs.NoSender);

    /// <summary>Its place in the <see cref="StoreRegister"/>.</summary>
    internal ref StoreRegister.Link Links => ref _links;

    /// <summary>The store has ended for good.</summary>
    internal void Ended()
    {
        Host.Stores.Remove(this);
        _place.Dispose();
    }

    /// <summary>From here on every use of the store is refused at once.</summary>
    internal void MarkGone(string because)
    {
        if (!IsGone)
        {
            Volatile.Write(ref _closed, new StoreClosure(this, because));
        }
    }

    /// <summary>From here on requests are refused at once, until <see cref="CloseCircuit"/>.</summary>
    internal void OpenCircuit(StoreClosure open)
    {
        if (Closed is var earlier && earlier is not { IsForGood: true })
        {
            Interlocked.CompareExchange(ref _closed, open, earlier);
        }
    }

    /// <summary>Requests are taken again, unless the store has gone.</summary>
    internal void CloseCircuit()
    {
        if (Closed is { IsForGood: false } open)
        {
            Interlocked.CompareExchange(ref _closed, null, open);
        }
    }

    internal WasmError Gone() => (Closed is { IsForGood: true } closed ? closed : new StoreClosure(this, "it was stopped")).ToError();
}
