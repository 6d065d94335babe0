namespace WasmActors.Benchmarks.Comparison.Reports;

/// <summary>What a run found.</summary>
/// <param name="Quick">Whether it was a quick run.</param>
/// <param name="Elapsed">Its length.</param>
/// <param name="LoadBefore">The machine's load before it.</param>
/// <param name="LoadAfter">The machine's load after it.</param>
/// <param name="Rows">What each row found.</param>
internal sealed record ComparisonReport(bool Quick, TimeSpan Elapsed, string LoadBefore, string LoadAfter, IReadOnlyList<RowResults> Rows);
