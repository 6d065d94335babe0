namespace WasmActors.Runtime.Values;

/// <summary>Underscores that group the digits of a number, as in <c>1_000_000</c>.</summary>
internal static class DigitSeparators
{
    /// <summary>Removes them.</summary>
    /// <param name="text">A number, possibly with sign, point and exponent.</param>
    /// <param name="hex">Whether letters a to f are digits.</param>
    /// <param name="plain">The text without underscores.</param>
    /// <returns>False when an underscore stands anywhere but between two digits.</returns>
    public static bool TryRemove(string text, bool hex, out string plain)
    {
        plain = text;
        if (!text.Contains('_', StringComparison.Ordinal))
            return true;

        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '_' && !(IsDigitAt(i - 1) && IsDigitAt(i + 1)))
                return false;
        }

        plain = text.Replace("_", "", StringComparison.Ordinal);
        return true;

        bool IsDigitAt(int index) =>
            (uint)index < (uint)text.Length && (hex ? char.IsAsciiHexDigit(text[index]) : char.IsAsciiDigit(text[index]));
    }
}
