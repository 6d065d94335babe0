using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace WasmActors.Runtime.Values;

/// <summary>Reads integers of any width that values and lanes have.</summary>
internal static class IntegerText
{
    /// <summary>
    /// Reads a decimal or hexadecimal number with an optional sign. Signed and unsigned spellings are both taken:
    /// with n bits, everything from -2^(n-1) to 2^n - 1.
    /// </summary>
    /// <param name="text">The whole text; spaces are not skipped.</param>
    /// <param name="bits">Width: 8, 16, 32 or 64.</param>
    /// <param name="value">The number in two's complement, in the low bits; the others are zero.</param>
    /// <param name="problem">What is wrong with the text, or null.</param>
    public static bool TryParse(string text, int bits, out ulong value, [NotNullWhen(false)] out string? problem)
    {
        value = 0;
        bool negative = text.StartsWith('-');
        string digits = negative || text.StartsWith('+') ? text[1..] : text;
        bool hex = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (!DigitSeparators.TryRemove(hex ? digits[2..] : digits, hex, out digits) || !IsNumber(digits, hex))
        {
            problem = $"{ValText.Quote(text)} is not an i{bits}: expected a whole number such as 42, -7 or 0x2a";
            return false;
        }

        ulong largest = negative ? 1UL << (bits - 1) : ulong.MaxValue >> (64 - bits);
        NumberStyles style = hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (!ulong.TryParse(digits, style, CultureInfo.InvariantCulture, out ulong magnitude) || magnitude > largest)
        {
            problem = $"{ValText.Quote(text)} is out of range for an i{bits}: expected -{1UL << (bits - 1)} to {ulong.MaxValue >> (64 - bits)}, such as 42";
            return false;
        }

        value = negative ? (0 - magnitude) & (ulong.MaxValue >> (64 - bits)) : magnitude;
        problem = null;
        return true;
    }

    private static bool IsNumber(string digits, bool hex) =>
        digits.Length > 0 && digits.All(hex ? char.IsAsciiHexDigit : char.IsAsciiDigit);
}
