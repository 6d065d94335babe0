using System.Globalization;
using System.Text.Json;

namespace WasmActors.Resilience.Http;

/// <summary>The table of failures in docs/http-api.md, and whether an answer is one of them.</summary>
internal sealed class DocumentedFailures
{
    private readonly Dictionary<string, (int Status, string MayHaveRun)> _rows = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "docs", "http-api.md"))
        .Select(static line => line.Split('|'))
        .Where(static cells => cells.Length == 6 && cells[1].Contains('.', StringComparison.Ordinal) && int.TryParse(cells[2], CultureInfo.InvariantCulture, out _))
        .ToDictionary(static cells => cells[1].Trim(' ', '`'), static cells => (int.Parse(cells[2], CultureInfo.InvariantCulture), cells[3].Trim()), StringComparer.Ordinal);

    /// <summary>Looks at a failure.</summary>
    /// <param name="answer">With a status from 400.</param>
    /// <param name="isGet">Whether the request was a GET: those have no effect.</param>
    /// <param name="code">Its code; empty where it is no problem.</param>
    /// <returns>What is wrong; null for nothing.</returns>
    internal string? Check(HttpAnswer answer, bool isGet, out string code)
    {
        code = "";
        if (answer.Headers.GetValueOrDefault("Content-Type") != "application/problem+json")
        {
            return "no problem details";
        }

        using var problem = JsonDocument.Parse(answer.Body);
        var root = problem.RootElement;
        code = root.GetProperty("code").GetString()!;
        bool mayHaveRun = root.GetProperty("mayHaveRun").GetBoolean();
        string row = code.StartsWith("trap.", StringComparison.Ordinal) ? "trap.*" : code;
        return !_rows.TryGetValue(row, out var documented) ? "a code that is not documented"
            : documented.Status != answer.Status || root.GetProperty("status").GetInt32() != answer.Status ? $"another status than {documented.Status}"
            : mayHaveRun && (documented.MayHaveRun == "no" || isGet) ? "another mayHaveRun than documented" // it may say no where the table says yes: the call was not begun
            : answer.Status is 429 or 503 && !answer.Headers.ContainsKey("Retry-After") ? "no Retry-After"
            : root.GetProperty("detail").GetString()!.Any(char.IsControl) ? "a control character in its detail"
            : answer.Text.Contains("wak_0", StringComparison.Ordinal) ? "a key in it"
            : null;
    }
}
