namespace WasmActors.Actors.Tests.Support;

/// <summary>Time, timers included, that goes on only when the test says so.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private long _now = TimeSpan.TicksPerHour;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers wait.</summary>
    internal int Timers
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count;
            }
        }
    }

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Assert.Equal(Timeout.InfiniteTimeSpan, period);
        var timer = new Timer(this, () => callback(state), GetTimestamp() + dueTime.Ticks);
        lock (_lock)
        {
            _timers.Add(timer);
        }

        Fire(); // one that is due already
        return timer;
    }

    /// <summary>Lets time pass, and a tick more: deadlines are counted from a clock that may be a tick old.</summary>
    internal void Advance(TimeSpan by)
    {
        Interlocked.Add(ref _now, by.Ticks + TimeSpan.TicksPerMillisecond);
        Fire();
    }

    private void Fire()
    {
        Timer[] due;
        lock (_lock)
        {
            due = [.. _timers.Where(timer => timer.Due <= GetTimestamp())];
            _timers.RemoveAll(due.Contains);
        }

        foreach (var timer in due)
        {
            timer.Callback();
        }
    }

    private sealed class Timer(SteppedClock clock, Action callback, long due) : ITimer
    {
        internal Action Callback => callback;

        internal long Due => due;

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

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
    }
}
