namespace WasmActors.Tests.Support;

/// <summary>Time that passes only when the test advances it. Timers fire on the thread that advances it.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private long _now = TimeSpan.TicksPerHour;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_lock)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    /// <summary>Returns how many timers fire within a time. Periodic ones are not counted.</summary>
    internal int TimersWithin(TimeSpan time)
    {
        lock (_lock)
        {
            return _timers.Count(timer => !timer.IsPeriodic && timer.IsDue(GetTimestamp() + time.Ticks));
        }
    }

    /// <summary>Advances time. A timer that became due fires once.</summary>
    internal void Advance(TimeSpan by)
    {
        long now = Interlocked.Add(ref _now, by.Ticks);
        ManualTimer[] due;
        lock (_lock)
        {
            due = [.. _timers.Where(timer => timer.IsDue(now))];
        }

        foreach (var timer in due)
        {
            timer.Fire(now);
        }
    }

    /// <summary>Advances time and a millisecond more: deadlines are counted from a clock that may be a tick old.</summary>
    internal void AdvancePast(TimeSpan by) => Advance(by + TimeSpan.FromMilliseconds(1));

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private long _due = long.MaxValue;
        private TimeSpan _period;

        internal bool IsPeriodic => _period > TimeSpan.Zero;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _due = dueTime < TimeSpan.Zero ? long.MaxValue : clock.GetTimestamp() + dueTime.Ticks;
            _period = period;
            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal bool IsDue(long now) => now >= _due && _due != long.MaxValue;

        internal void Fire(long now)
        {
            _due = IsPeriodic ? now + _period.Ticks : long.MaxValue;
            callback(state);
        }
    }
}
