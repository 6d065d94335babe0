using WasmActors.Benchmarks.Comparison.Rows;

namespace WasmActors.Benchmarks.Comparison.Reports;

/// <summary>Numbers as people read them: three digits and a unit.</summary>
internal static class Numbers
{
    internal static string Format(double value, Unit unit) => unit switch
    {
        Unit.Time => Scale(value, (1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1, "ns")),
        Unit.Rate => Scale(value, (1e6, "M/s"), (1e3, "k/s"), (1, "/s")),
        Unit.Bytes => Scale(value, (1 << 20, "MB"), (10 << 10, "KB"), (1, "B")),
        _ => value.ToString("N0"),
    };

    /// <summary>Three digits, more before the point.</summary>
    internal static string Digits(double value) => Math.Abs(value) switch
    {
        >= 99.5 => value.ToString("N0"),
        >= 9.95 => value.ToString("0.0"),
        _ => value.ToString("0.00"),
    };

    private static string Scale(double value, params ReadOnlySpan<(double Size, string Name)> units)
    {
        foreach (var (size, name) in units)
        {
            if (Math.Abs(value) >= size)
            {
                double scaled = name == "KB" ? value / 1024 : value / size;
                return $"{Digits(scaled)} {name}";
            }
        }

        return $"{Math.Round(value, 1):0.#} {units[^1].Name}";
    }
}
