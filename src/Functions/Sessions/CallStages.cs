using System.Runtime.InteropServices;
using WasmActors.Functions.Api;

namespace WasmActors.Functions.Sessions;

/// <summary>When a call came, when its turn was and when its store was there. For one call at a time.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct CallStages(TimeProvider clock, long came)
{
    private long _turn;
    private long _started;

    /// <summary>It came just now.</summary>
    internal CallStages(TimeProvider clock)
        : this(clock, clock.GetTimestamp())
    {
    }

    /// <summary>Its turn is now.</summary>
    internal void Turn() => _turn = clock.GetTimestamp();

    /// <summary>Its turn was when it came.</summary>
    internal void TurnAtOnce() => _turn = came;

    /// <summary>The store is there now, and was there before where it was not made for the call.</summary>
    internal void Started(bool made) => _started = made ? clock.GetTimestamp() : _turn;

    /// <summary>Where the time went until now.</summary>
    internal readonly CallTiming Timing()
    {
        long now = clock.GetTimestamp();
        long turn = _turn == 0 ? now : _turn;
        long started = _started == 0 ? now : _started;
        return new CallTiming(clock.GetElapsedTime(came, turn), clock.GetElapsedTime(turn, started), clock.GetElapsedTime(started, now));
    }
}
