namespace WasmActors.Benchmarks.Comparison.Rows;

/// <summary>What a metric is counted in.</summary>
internal enum Unit
{
    /// <summary>Nanoseconds.</summary>
    Time,

    /// <summary>So many each second.</summary>
    Rate,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>A number of things.</summary>
    Count,
}
