using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace WasmActors.Host.Formats;

/// <summary>How many of something: a whole number of 31 bits.</summary>
internal static class CountText
{
    /// <summary>Reads a number from zero up.</summary>
    public static bool TryParse(string text, out int value, [NotNullWhen(false)] out string? problem)
    {
        bool ok = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        problem = ok ? null : $"'{text}' is no number: expected a whole number up to {int.MaxValue}, for example 1000";
        return ok;
    }
}
