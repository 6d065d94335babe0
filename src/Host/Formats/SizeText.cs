using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace WasmActors.Host.Formats;

/// <summary>Sizes in bytes: <c>65536</c>, <c>64KiB</c>, <c>16MiB</c>, <c>1GiB</c>.</summary>
internal static class SizeText
{
    private static readonly (string Unit, int Shift)[] s_units = [("", 0), ("B", 0), ("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];

    /// <summary>Reads a size from zero up.</summary>
    public static bool TryParse(string text, out long value, [NotNullWhen(false)] out string? problem)
    {
        value = 0;
        problem = $"'{text}' is no size: expected bytes or a number with KiB, MiB or GiB, for example 16MiB";
        int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        digits = digits < 0 ? text.Length : digits;
        int unit = Array.FindIndex(s_units, u => text.AsSpan(digits).Equals(u.Unit, StringComparison.OrdinalIgnoreCase));
        if (digits == 0 || unit < 0)
        {
            return false;
        }

        int shift = s_units[unit].Shift;
        if (!long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out long number) || number > long.MaxValue >> shift)
        {
            problem = $"'{text}' is too large: expected at most {long.MaxValue} bytes";
            return false;
        }

        value = number << shift;
        problem = null;
        return true;
    }

    /// <summary>A size for people: the largest unit that leaves at least one, with one decimal.</summary>
    public static string Format(long bytes)
    {
        int unit = s_units.Length - 1;
        while (unit > 1 && bytes < 1L << s_units[unit].Shift)
        {
            unit--;
        }

        return unit == 1 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << s_units[unit].Shift):0.0} {s_units[unit].Unit}");
    }
}
