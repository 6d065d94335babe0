using System.Text.Json;

namespace WasmActors.Benchmarks.Comparison.Reports;

/// <summary>A report as JSON: everything, round by round. Times are nanoseconds, rates are per second.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal static string Write(ComparisonReport report) => JsonSerializer.Serialize(
        new
        {
            Date = DateTimeOffset.UtcNow,
            Machine = Machine.Description,
            report.Quick,
            Seconds = report.Elapsed.TotalSeconds,
            report.LoadBefore,
            report.LoadAfter,
            Rows = report.Rows.Select(static results => new
            {
                results.Row.Name,
                results.Row.Title,
                results.Row.Reference,
                results.CutShort,
                results.Turns,
                Contenders = results.Row.Contenders.Select(static contender => new { contender.Name, contender.SetUp, contender.ServerGc }),
                Results = results.Results.Select(result => new
                {
                    result.Case,
                    result.Contender,
                    Medians = results.Row.Metrics.ToDictionary(static m => m.Key, m => result.Median(m.Key), StringComparer.Ordinal),
                    Ratios = results.Row.Metrics.ToDictionary(static m => m.Key, m => results.Ratio(result, m), StringComparer.Ordinal),
                    result.Rounds,
                }),
            }),
        },
        s_options);
}
