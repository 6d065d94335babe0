namespace WasmActors.Functions.Tests.Support;

/// <summary>A date that changes only when the test says so. It has no timers.</summary>
internal sealed class WallClock(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset _now = start;

    public override DateTimeOffset GetUtcNow() => _now;

    internal void Advance(TimeSpan by) => _now += by;
}
