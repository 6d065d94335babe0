namespace WasmActors.Host.Tests.Access;

/// <summary>Time that passes only when the test says so, with its timers.</summary>
internal sealed class StoppedClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<StoppedTimer> _timers = [];
    private long _now = TimeSpan.TicksPerHour;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new StoppedTimer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_lock)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    /// <summary>How many timers fire within a time, the periodic ones not counted.</summary>
    public int Waiting(TimeSpan within)
    {
        lock (_lock)
        {
            return _timers.Count(t => t.Period <= TimeSpan.Zero && t.Due <= GetTimestamp() + within.Ticks);
        }
    }

    /// <summary>Lets time pass, and timers fire.</summary>
    public void Advance(TimeSpan by)
    {
        long now = Interlocked.Add(ref _now, by.Ticks);
        List<StoppedTimer> due;
        lock (_lock)
        {
            due = [.. _timers.Where(t => t.Due <= now)];
        }

        due.ForEach(timer => timer.Fire(now));
    }

    private void Remove(StoppedTimer timer)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
        }
    }

    private sealed class StoppedTimer(StoppedClock clock, TimerCallback callback, object? state) : ITimer
    {
        public long Due { get; private set; } = long.MaxValue;

        public TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime < TimeSpan.Zero ? long.MaxValue : clock.GetTimestamp() + dueTime.Ticks;
            Period = period;
            return true;
        }

        public void Fire(long now)
        {
            Due = Period > TimeSpan.Zero ? now + Period.Ticks : long.MaxValue;
            callback(state);
        }

        public void Dispose() => clock.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
