using System.Diagnostics;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Requests;

// What the sweeper sees of it: when it is late, and what follows.
internal abstract partial class StoreRequest
{
    private long _attendAt = long.MaxValue;

    /// <summary>Sets the timestamp at which the actor is asked to look at it while it is under way.</summary>
    internal void AttendAt(long timestamp)
    {
        bool sooner = timestamp < _attendAt;
        Volatile.Write(ref _attendAt, timestamp);
        if (sooner && timestamp - Cell.Now < Cell.SweepDuration)
        {
            RequestSweeper.Hurry();
        }
    }

    /// <summary>Looks at the deadline. A guest that was begun is ended by its own clock or its actor; only if that
    /// does not come, for instance
    /// inside a host function that blocks, the caller is answered without it.</summary>
    public void Sweep()
    {
        long state = Volatile.Read(ref _state);
        var phase = (Phase)(state & 3);
        if (phase is Phase.Idle or Phase.Done)
        {
            return;
        }

        if (Cell.IsAbandoned || (phase == Phase.Waiting && Cell.IsGone && !IsQueued))
        {
            TryFail(state, Cell.Gone());
            return;
        }

        if (!Cell.TryReadClock(out long now))
        {
            return; // a clock of the user's that throws has no deadlines, and must not end the sweeper's thread
        }

        // Only the time that was seen is taken away: the actor may set another meanwhile.
        long attendAt = Volatile.Read(ref _attendAt);
        if (phase == Phase.Running && now >= attendAt && Interlocked.CompareExchange(ref _attendAt, long.MaxValue, attendAt) == attendAt)
        {
            Cell.RequestAttention();
        }

        if (phase == Phase.Waiting && now >= Deadline)
        {
            TryFail(state, TooLate());
        }
        else if (phase == Phase.Running && _interruption >= 0 && Cell.IsGivenUp(Stopwatch.GetElapsedTime(_interruptedAt)))
        {
            TryFail(state, new WasmError(ErrorCode.Cancelled, "The call was cancelled, but its guest has not let go yet, as while a host function is running that it called, or no thread comes to it; the call goes on without its caller."));
        }
        else if (phase == Phase.Running && Deadline != long.MaxValue && now > Deadline && Cell.IsGivenUp(Cell.Clock.GetElapsedTime(Deadline, now)))
        {
            TryFail(state, NotLetGo());
        }
    }

    /// <summary>When it is next to be looked at by the sweeper.</summary>
    public long NextDue => Math.Min(Deadline, Volatile.Read(ref _attendAt));

    /// <summary>Whether its deadline has come.</summary>
    internal bool IsTooLate => Deadline != long.MaxValue && Cell.Now >= Deadline;

    internal static WasmError TooLate() =>
        new(ErrorCode.DeadlineExceeded, "The call's deadline came while it waited for its store; the guest was not called.") { WasNotBegun = true };

    internal static WasmError NotLetGo() => new(
        ErrorCode.DeadlineExceeded,
        "The call's deadline has passed, but its guest has not let go yet, as while a host function is running that it called, or no thread comes to it; the call goes on without its caller.");

    /// <summary>Whether it is under way, for the sweeper to stay awake.</summary>
    public bool IsActive => CurrentPhase is Phase.Waiting or Phase.Running;
}
