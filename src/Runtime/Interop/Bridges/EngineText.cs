using System.Text;
using System.Text.RegularExpressions;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Wasmtime's error texts in one line. They have several, made for a terminal: causes, a backtrace, which failures carry as frames, and an extract
/// of the text that was parsed.</summary>
internal static partial class EngineText
{
    private const string Trace = "wasm backtrace:";
    private const string Causes = "Caused by:";

    /// <summary>Returns the error with its causes behind it, and with the place in the text, but without backtrace and extract.</summary>
    internal static string OneLine(string text)
    {
        if (!text.Contains('\n', StringComparison.Ordinal))
        {
            return text;
        }

        var line = new StringBuilder();
        bool isTrace = false;
        foreach (string part in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (part.Length == 0 || part == Causes)
            {
                isTrace = false;
            }
            else if (part.EndsWith(Trace, StringComparison.Ordinal))
            {
                isTrace = true;
            }
            else if (!isTrace && !Extract().IsMatch(part))
            {
                Append(line, part);
            }
        }

        return line.ToString();
    }

    private static void Append(StringBuilder line, string part)
    {
        var place = Place().Match(part);
        string said = place.Success ? $"at {place.Groups["line"].Value}:{place.Groups["column"].Value}" : Number().Replace(part, "");
        line.Append(line.Length == 0 ? "" : place.Success ? " " : ": ").Append(said);
    }

    // "  |" and "1 | (module": the text that was parsed, with marks below it.
    [GeneratedRegex(@"^\d*\s*\|", RegexOptions.NonBacktracking)]
    private static partial Regex Extract();

    [GeneratedRegex(@"^--> .*:(?<line>\d+):(?<column>\d+)$", RegexOptions.NonBacktracking)]
    private static partial Regex Place();

    // "0: " before each of several causes.
    [GeneratedRegex(@"^\d+: ", RegexOptions.NonBacktracking)]
    private static partial Regex Number();
}
