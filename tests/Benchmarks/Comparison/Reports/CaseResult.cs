using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison.Reports;

/// <summary>What one contender's turns of one case gave, round by round.</summary>
internal sealed class CaseResult(string @case, string contender)
{
    private readonly List<Measurement> _rounds = [];

    internal string Case { get; } = @case;

    internal string Contender { get; } = contender;

    internal IReadOnlyList<Measurement> Rounds => _rounds;

    internal IReadOnlyList<string> Failures => [.. _rounds.Select(static r => r.Failure).OfType<string>().Distinct(StringComparer.Ordinal)];

    internal IReadOnlyList<string> Remarks => [.. _rounds.Select(static r => r.Remark).OfType<string>().Distinct(StringComparer.Ordinal)];

    internal void Add(Measurement measurement) => _rounds.Add(measurement);

    internal IEnumerable<double> Values(string key) => _rounds.Select(r => r.Values.GetValueOrDefault(key, double.NaN));

    /// <summary>Median over the rounds; null where there is no value.</summary>
    internal double? Median(string key)
    {
        double[] values = [.. Values(key).Where(double.IsFinite)];
        return values.Length == 0 ? null : Median(values);
    }

    internal static double Median(double[] values)
    {
        Array.Sort(values);
        int middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
