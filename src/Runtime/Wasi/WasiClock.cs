using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Wasi;

/// <summary>
/// The clocks that a store's WASI programs see: the engine's, so that their time, their deadlines and the tests' time are
/// the same. Units are nanoseconds as WASI has them, and timestamps of the engine's clock.
/// </summary>
internal sealed class WasiClock(WasmStore store)
{
    internal const int RealTime = 0;
    internal const int Monotonic = 1;

    private readonly TimeProvider _clock = store.Engine.Settings.Clock;
    private readonly long _start = store.Engine.Settings.Clock.GetTimestamp();

    /// <summary>The timestamp now.</summary>
    internal long Now => _clock.GetTimestamp();

    /// <summary>The time of a clock in nanoseconds; null for clocks that guests do not get (those of processor time).</summary>
    internal ulong? Read(int clock) => clock switch
    {
        RealTime => (ulong)(_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100,
        Monotonic => (ulong)((UInt128)(Now - _start) * 1_000_000_000 / (ulong)_clock.TimestampFrequency),
        _ => null,
    };

    /// <summary>The timestamp at which so many nanoseconds will have passed; <see cref="long.MaxValue"/> for more than a clock can count.</summary>
    internal long After(ulong nanoseconds)
    {
        // Rounded up: no sleep ends early.
        var ticks = (((UInt128)nanoseconds * (ulong)_clock.TimestampFrequency) + 999_999_999) / 1_000_000_000;
        long now = Now;
        return ticks > (ulong)(long.MaxValue - now) ? long.MaxValue : now + (long)ticks;
    }

    /// <summary>The timestamp at which so much time will have passed.</summary>
    internal long After(TimeSpan time) => After((ulong)time.Ticks * 100);

    /// <summary>The time until a timestamp; zero for one that has passed, and the longest time for <see cref="long.MaxValue"/>.</summary>
    internal TimeSpan Until(long timestamp)
    {
        long now = Now;
        return timestamp == long.MaxValue ? TimeSpan.MaxValue : timestamp <= now ? TimeSpan.Zero : _clock.GetElapsedTime(now, timestamp);
    }

    /// <summary>Holds this thread until a timestamp.</summary>
    /// <exception cref="Trap">The call's deadline came first, or the call was cancelled.</exception>
    internal void SleepUntil(long timestamp)
    {
        while (true)
        {
            if (store.CheckInterrupt() is { } interrupted)
            {
                throw interrupted;
            }

            var left = Until(timestamp);
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            // In whole milliseconds; zero, for the last one, only lets others run.
            Thread.Sleep((int)Math.Min(left.TotalMilliseconds, WasiWait.Look.TotalMilliseconds));
        }
    }
}
