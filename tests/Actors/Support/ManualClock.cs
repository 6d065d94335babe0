namespace WasmActors.Actors.Tests.Support;

/// <summary>Time that goes on only when the test says so.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _now = TimeSpan.TicksPerHour;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <summary>Lets time pass, and a tick more: deadlines are counted from a clock that may be a tick old.</summary>
    internal void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks + TimeSpan.TicksPerMillisecond);
}
