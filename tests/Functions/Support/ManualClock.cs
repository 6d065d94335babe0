namespace WasmActors.Functions.Tests.Support;

/// <summary>Time that goes on only when the test says so. It has no timers.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _now = TimeSpan.TicksPerHour;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    internal void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
}
