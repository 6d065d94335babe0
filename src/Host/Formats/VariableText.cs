using System.Diagnostics.CodeAnalysis;

namespace WasmActors.Host.Formats;

/// <summary>An environment variable: <c>NAME=VALUE</c>; the value may be empty and may hold more equals signs.</summary>
internal static class VariableText
{
    /// <summary>Reads a variable.</summary>
    public static bool TryParse(string text, out KeyValuePair<string, string> value, [NotNullWhen(false)] out string? problem)
    {
        int at = text.IndexOf('=');
        bool ok = at > 0;
        value = ok ? new(text[..at], text[(at + 1)..]) : default;
        problem = ok ? null : $"'{text}' is no variable: expected NAME=VALUE, for example GREETING=hello";
        return ok;
    }
}
