using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace WasmActors.Host.Formats;

/// <summary>Units of fuel: a whole number of 64 bits.</summary>
internal static class FuelText
{
    /// <summary>Reads a number from zero up.</summary>
    public static bool TryParse(string text, out ulong value, [NotNullWhen(false)] out string? problem)
    {
        bool ok = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        problem = ok ? null : $"'{text}' is no amount of fuel: expected a whole number up to {ulong.MaxValue}, for example 1000000";
        return ok;
    }
}
