using Akka.Actor;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Stores;

/// <summary>
/// What handles of a store share with its actor: whether the store is still there, and how many requests wait. Read and
/// written from any thread.
/// </summary>
internal sealed class StoreCell
{
    private readonly WasmEngine _engine;
    private readonly int _queueLimit;
    private readonly TimeSpan _defaultWithin;
    private readonly long _defaultDuration;
    private volatile string? _goneBecause;
    private long _sent;
    private int _attention;
    private long _taken;

    /// <param name="id">Number of the store.</param>
    /// <param name="spec">What it is started with.</param>
    /// <param name="engine">The engine, for its clock.</param>
    internal StoreCell(long id, StoreSpec spec, WasmEngine engine)
    {
        Id = id;
        _queueLimit = spec.QueueLimit;
        _defaultWithin = spec.Options.Limits.Deadline;
        _defaultDuration = engine.EpochClock.Duration(_defaultWithin);
        SweepDuration = engine.EpochClock.Duration(RequestSweeper.Round);
        _engine = engine;
    }

    /// <summary>The time between two looks of the sweeper, by the store's clock.</summary>
    internal long SweepDuration { get; }

    /// <summary>Number of the store, as in logs; it stays when the store is replaced.</summary>
    internal long Id { get; }

    /// <summary>The current timestamp, a tick old at most.</summary>
    internal long Now => _engine.EpochClock.Now;

    internal TimeProvider Clock => _engine.Settings.Clock;

    internal IActorRef Actor { get; set; } = ActorRefs.Nobody;

    /// <summary>The actor itself, to be looked at from outside; null while there is none.</summary>
    internal StoreActor? Live { get; set; }

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

    /// <summary>The stores that calls on behalf of this store's waiting guests were sent to; the <see cref="WaitGraph"/>'s own.</summary>
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
    internal long After(TimeSpan delay) => _engine.EpochClock.After(delay);

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

    /// <summary>The actor looks; from here on it may be asked again.</summary>
    internal void AttentionPaid() => Volatile.Write(ref _attention, 0);

    internal bool IsGone => _goneBecause is not null;

    /// <summary>Requests that were sent and not yet taken by the actor.</summary>
    internal long Waiting => Volatile.Read(ref _sent) - Volatile.Read(ref _taken);

    /// <summary>Counts a request in.</summary>
    /// <exception cref="WasmError"><c>store.gone</c>, or <c>call.busy</c>: the queue is full.</exception>
    internal void Admit()
    {
        if (_goneBecause is not null)
        {
            throw Gone();
        }

        if (Interlocked.Increment(ref _sent) - Volatile.Read(ref _taken) > _queueLimit)
        {
            Interlocked.Decrement(ref _sent);
            throw new WasmError(ErrorCode.Busy, $"Store {Id} has {_queueLimit} requests waiting, its limit: send fewer at once, or try again later.");
        }
    }

    /// <summary>Counts a request in, however many wait.</summary>
    /// <exception cref="WasmError"><c>store.gone</c></exception>
    internal void AdmitInAnyCase()
    {
        if (_goneBecause is not null)
        {
            throw Gone();
        }

        Interlocked.Increment(ref _sent);
    }

    /// <summary>The timestamp at which a request must be done that is sent now.</summary>
    /// <param name="within">Time for it; null for the store's limit, which is also the most.</param>
    internal long DeadlineOf(TimeSpan? within)
    {
        bool shorter = within is { } asked
            && (_defaultWithin == Timeout.InfiniteTimeSpan || (asked != Timeout.InfiniteTimeSpan && asked < _defaultWithin));
        return shorter ? _engine.EpochClock.After(within!.Value) : _engine.EpochClock.After(_defaultDuration);
    }

    /// <summary>Counts a request out; the actor's turn only, so that it needs no fence.</summary>
    internal void Taken() => Volatile.Write(ref _taken, _taken + 1);

    /// <summary>From here on every use of the store is refused at once.</summary>
    internal void MarkGone(string because) => _goneBecause ??= because;

    internal WasmError Gone() => new(ErrorCode.StoreGone, $"Store {Id} has gone: {_goneBecause ?? "it was stopped"}. Make a new one.");
}
