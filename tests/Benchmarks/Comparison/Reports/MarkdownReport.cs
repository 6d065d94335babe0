using System.Text;
using WasmActors.Benchmarks.Comparison.Rows;

namespace WasmActors.Benchmarks.Comparison.Reports;

/// <summary>A report as Markdown: one table for each row.</summary>
internal static class MarkdownReport
{
    internal static string Write(ComparisonReport report)
    {
        var text = new StringBuilder();
        text.AppendLine($"# Comparison, {(report.Quick ? "quick" : "full")} run");
        text.AppendLine();
        text.AppendLine($"{Machine.Description}. {report.Elapsed.TotalMinutes:0.0} minutes; load of the machine {report.LoadBefore} before, {report.LoadAfter} after.");
        text.AppendLine("Medians over the rounds; in brackets the ratio to the row's reference, as the median of the rounds' ratios.");
        text.AppendLine("Contenders take turns, each in a process of its own that is stopped while others have theirs; a call's time includes reading the clock once.");
        foreach (var row in report.Rows)
        {
            Write(text, row);
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, RowResults results)
    {
        var row = results.Row;
        text.AppendLine();
        text.AppendLine($"## {row.Name}: {row.Title}");
        text.AppendLine();
        int rounds = results.Results.Max(static r => r.Rounds.Count);
        text.AppendLine($"{rounds} {(rounds == 1 ? "round" : "rounds")}{(results.CutShort ? ", cut short: the run's time was over" : "")}. Reference: {row.Reference}.");
        text.AppendLine();
        text.AppendLine($"| case | contender | {string.Join(" | ", row.Metrics.Select(static m => m.Title))} |");
        text.AppendLine($"|---|---|{string.Concat(Enumerable.Repeat("---:|", row.Metrics.Count))}");
        foreach (var result in results.Results)
        {
            text.AppendLine($"| {result.Case} | {result.Contender} | {string.Join(" | ", row.Metrics.Select(metric => Cell(results, result, metric)))} |");
        }

        text.AppendLine();
        foreach (var contender in row.Contenders)
        {
            text.AppendLine($"- **{contender.Name}**: {contender.SetUp}.");
            foreach (var result in results.Results.Where(r => r.Contender == contender.Name))
            {
                foreach (string remark in result.Failures.Select(static f => $"failed: {f}").Concat(result.Remarks))
                {
                    text.AppendLine($"  - {result.Case}: {remark}");
                }
            }
        }
    }

    private static string Cell(RowResults results, CaseResult result, Metric metric)
    {
        if (result.Median(metric.Key) is not { } value)
        {
            return result.Failures.Count > 0 ? "failed" : "–";
        }

        string text = Numbers.Format(value, metric.Unit);
        bool compared = result.Contender != results.Row.Reference && results.Of(results.Row.Reference, result.Case).Median(metric.Key) >= 1;
        return compared && results.Ratio(result, metric) is { } ratio ? $"{text} ({Numbers.Digits(ratio)})" : text;
    }
}
