using WasmActors.Benchmarks.Comparison.Rows;
using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison.Reports;

/// <summary>The results of a row: one of each contender for each case.</summary>
internal sealed class RowResults
{
    internal RowResults(Row row, IReadOnlyList<Turn> turns)
    {
        Row = row;
        Turns = turns;
        Results = [.. turns.SelectMany(turn => row.Contenders.Select(contender => new CaseResult(turn.Case, contender.Name)))];
    }

    internal Row Row { get; }

    internal IReadOnlyList<Turn> Turns { get; }

    internal IReadOnlyList<CaseResult> Results { get; }

    /// <summary>Whether the run's time was over before all rounds were done.</summary>
    internal bool CutShort { get; set; }

    internal void Add(Contender contender, Turn turn, Measurement measurement) => Of(contender.Name, turn.Case).Add(measurement);

    internal CaseResult Of(string contender, string @case) => Results.Single(r => r.Contender == contender && r.Case == @case);

    /// <summary>Median over the rounds of a contender's value by the reference's of the same round; null where one is missing.</summary>
    internal double? Ratio(CaseResult result, Metric metric)
    {
        double[] ratios = [.. result.Values(metric.Key).Zip(Of(Row.Reference, result.Case).Values(metric.Key), static (own, other) => own / other).Where(double.IsFinite)];
        return ratios.Length == 0 ? null : CaseResult.Median(ratios);
    }
}
