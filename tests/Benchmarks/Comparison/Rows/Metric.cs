namespace WasmActors.Benchmarks.Comparison.Rows;

/// <summary>One of the values that a row compares.</summary>
internal sealed record Metric(string Key, string Title, Unit Unit)
{
    internal static Metric Throughput { get; } = new("throughput", "calls", Unit.Rate);

    internal static Metric SlowestCaller { get; } = new("slowest", "of the slowest caller", Unit.Rate);

    internal static Metric CpuPerCall { get; } = new("cpu", "CPU per call", Unit.Time);

    internal static Metric Median { get; } = new("p50", "p50", Unit.Time);

    internal static Metric Percentile99 { get; } = new("p99", "p99", Unit.Time);

    internal static Metric Longest { get; } = new("longest", "longest", Unit.Time);

    internal static Metric BytesPerCall { get; } = new("bytes", "allocated per call", Unit.Bytes);

    internal static Metric GuestsRan { get; } = new("ran", "endless guests that ran", Unit.Count);

    internal static Metric Reached { get; } = new("reached", "number reached", Unit.Count);

    internal static Metric TimeToAll { get; } = new("all", "time to all", Unit.Time);

    internal static Metric MemoryEach { get; } = new("memory", "memory each", Unit.Bytes);

    internal static Metric ManagedEach { get; } = new("managed", "of it managed", Unit.Bytes);

    internal static Metric TimeEach { get; } = new("each", "time each", Unit.Time);

    internal static Metric PerStart { get; } = new("start", "time per start", Unit.Time);

    internal static Metric CpuPerStart { get; } = new("start-cpu", "CPU per start", Unit.Time);

    internal static Metric BytesPerStart { get; } = new("start-bytes", "allocated per start", Unit.Bytes);

    internal static Metric Release { get; } = new("release", "release to all done", Unit.Time);

    internal static Metric Run { get; } = new("run", "time per run", Unit.Time);
}
