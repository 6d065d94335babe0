using System.Globalization;

namespace WasmActors.Host.Tests.Http;

/// <summary>The table of failures in docs/http-api.md.</summary>
internal static class DocumentedFailures
{
    /// <summary>A row.</summary>
    /// <param name="Status">HTTP status.</param>
    /// <param name="MayHaveRun">As it says; null where it depends on the request.</param>
    internal sealed record Row(int Status, bool? MayHaveRun);

    private static readonly Dictionary<string, Row> s_rows = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "docs", "http-api.md"))
        .Select(static line => line.Split('|'))
        .Where(static cells => cells.Length == 6 && cells[1].Contains('.') && int.TryParse(cells[2], CultureInfo.InvariantCulture, out _))
        .ToDictionary(
            static cells => cells[1].Trim(' ', '`'),
            static cells => new Row(int.Parse(cells[2], CultureInfo.InvariantCulture), cells[3].Trim() switch { "yes" => true, "no" => false, _ => null }),
            StringComparer.Ordinal);

    /// <summary>All codes.</summary>
    public static IReadOnlyDictionary<string, Row> Rows => s_rows;

    /// <summary>What is said of a code.</summary>
    public static Row Of(string code) => s_rows.TryGetValue(code, out var row) || (code.StartsWith("trap.", StringComparison.Ordinal) && s_rows.TryGetValue("trap.*", out row))
        ? row
        : throw new Xunit.Sdk.XunitException($"docs/http-api.md has no row for {code}.");
}
