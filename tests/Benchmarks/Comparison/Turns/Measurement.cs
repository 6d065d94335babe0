namespace WasmActors.Benchmarks.Comparison.Turns;

/// <summary>What came out of one turn: values by the key of their metric, and what else there is to say.</summary>
internal sealed record Measurement
{
    /// <summary>Values by <see cref="Rows.Metric.Key"/>.</summary>
    public Dictionary<string, double> Values { get; init; } = [];

    /// <summary>A remark for the report, such as why a contender stopped early.</summary>
    public string? Remark { get; init; }

    /// <summary>Why there are no values.</summary>
    public string? Failure { get; init; }
}
