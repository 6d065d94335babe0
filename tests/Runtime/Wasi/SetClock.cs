namespace WasmActors.Runtime.Tests.Wasi;

/// <summary>A clock that stands at the beginning of 2026 until it is set.</summary>
internal sealed class SetClock : TimeProvider
{
    private long _ticks;

    /// <summary>How far it has come, in units of 100 ns.</summary>
    public long Ticks
    {
        get => Interlocked.Read(ref _ticks);
        set => Interlocked.Exchange(ref _ticks, value);
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => 1_000_000 + Ticks;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(Ticks);
}
