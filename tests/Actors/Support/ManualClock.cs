namespace WasmActors.Actors.Tests.Support;

/// <summary>Time that goes on only when the test says so; timers fire on the thread that says it.</summary>
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

    /// <summary>Lets time pass, and a tick more: deadlines are counted from a clock that may be a tick old. A timer fires once for all of it.</summary>
    internal void Advance(TimeSpan by)
    {
        long now = Interlocked.Add(ref _now, by.Ticks + TimeSpan.TicksPerMillisecond);
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

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private long _due = long.MaxValue;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _due = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : clock.GetTimestamp() + dueTime.Ticks;
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

        internal bool IsDue(long now) => now >= _due;

        internal void Fire(long now)
        {
            _due = _period == Timeout.InfiniteTimeSpan ? long.MaxValue : now + _period.Ticks;
            callback(state);
        }
    }
}
