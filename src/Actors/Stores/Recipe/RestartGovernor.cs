using WasmActors.Actors.Messages;

namespace WasmActors.Actors.Stores.Recipe;

/// <summary>Decides when a store that failed is made again, by its policy: counts failures, and opens and closes its
/// circuit.</summary>
/// <param name="policy">The policy.</param>
/// <param name="clock">Timestamps are this clock's.</param>
/// <param name="random">A number from 0 to 1, for the jitter.</param>
internal sealed class RestartGovernor(RestartPolicy policy, TimeProvider clock, Func<double> random)
{
    private readonly Queue<long> _failures = new();
    private int _openings;

    /// <summary>Closed while the store serves or comes back soon.</summary>
    internal CircuitState Circuit { get; private set; }

    /// <summary>How long after the last failure the store is made again.</summary>
    internal TimeSpan Delay { get; private set; }

    /// <summary>The store broke, or could not be made again.</summary>
    internal void Failed(long now)
    {
        while (_failures.TryPeek(out long earlier) && clock.GetElapsedTime(earlier, now) > policy.Window)
        {
            _failures.Dequeue();
        }

        _failures.Enqueue(now);
        if (Circuit == CircuitState.HalfOpen || _failures.Count > policy.MaxReplacements)
        {
            Circuit = CircuitState.Open;
            Delay = Spread(Doubled(policy.OpenFor, _openings++, policy.MaxOpenFor));
            _failures.Clear();
        }
        else
        {
            Delay = _failures.Count == 1 ? TimeSpan.Zero : Spread(Doubled(policy.FirstDelay, _failures.Count - 2, policy.MaxDelay));
        }
    }

    /// <summary>The store is replaced for a reason that is no failure of its own: at once, and not counted.</summary>
    internal void Excused() => Delay = TimeSpan.Zero;

    /// <summary>The store is being made again.</summary>
    internal void Trying()
    {
        if (Circuit == CircuitState.Open)
        {
            Circuit = CircuitState.HalfOpen;
        }
    }

    /// <summary>The store has served after it was made again.</summary>
    internal void Proved()
    {
        Circuit = CircuitState.Closed;
        _openings = 0;
    }

    private static TimeSpan Doubled(TimeSpan first, int times, TimeSpan most)
    {
        double ticks = first.Ticks * Math.Pow(2, Math.Min(times, 62));
        return ticks < most.Ticks ? TimeSpan.FromTicks((long)ticks) : most;
    }

    private TimeSpan Spread(TimeSpan delay) => delay * (1 - (policy.Jitter * random()));
}
