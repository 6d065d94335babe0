using System.Globalization;
using System.Numerics;

namespace WasmActors.Runtime.Values;

/// <summary>Reads hexadecimal floating point text such as <c>1.8p3</c> (12), which .NET does not.</summary>
internal static class HexFloat
{
    // Exponents beyond this are out of every format's range and are not told apart, so that sums of them fit a long.
    private const long ExponentLimit = 1L << 40;

    /// <summary>Reads a number and rounds it once, to nearest, ties to even.</summary>
    /// <param name="text">Digits with an optional point and binary exponent, without sign, 0x and underscores.</param>
    /// <param name="format">What to round to.</param>
    /// <param name="bits">The number in that format; infinity when it is too large.</param>
    /// <returns>False when the text is malformed.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, FloatFormat format, out ulong bits)
    {
        bits = 0;
        long exponent = 0;
        int exponentAt = text.IndexOfAny('p', 'P');
        if (exponentAt >= 0)
        {
            if (!TryParseExponent(text[(exponentAt + 1)..], out exponent))
                return false;

            text = text[..exponentAt];
        }

        if (!TryParseDigits(text, out ulong significand, out long scale))
            return false;

        bits = Round(significand, exponent + scale, format);
        return true;
    }

    // The value is significand * 2^scale. Digits that do not fit only leave a one in the lowest bit ("sticky"): it lies
    // far below the last bit of any format, where all that matters is whether something nonzero follows.
    private static bool TryParseDigits(ReadOnlySpan<char> text, out ulong significand, out long scale)
    {
        significand = 0;
        scale = 0;
        bool hasDigit = false;
        bool afterPoint = false;
        foreach (char c in text)
        {
            if (c == '.' && !afterPoint)
            {
                afterPoint = true;
                continue;
            }

            if (!char.IsAsciiHexDigit(c))
                return false;

            hasDigit = true;
            uint digit = (uint)(char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
            if (significand >> 60 == 0)
            {
                significand = (significand << 4) | digit;
                scale -= afterPoint ? 4 : 0;
            }
            else
            {
                significand |= digit == 0 ? 0UL : 1UL;
                scale += afterPoint ? 0 : 4;
            }
        }

        return hasDigit;
    }

    private static bool TryParseExponent(ReadOnlySpan<char> text, out long exponent)
    {
        exponent = 0;
        ReadOnlySpan<char> digits = text.StartsWith('-') || text.StartsWith('+') ? text[1..] : text;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
            return false;

        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out exponent) || exponent > ExponentLimit)
            exponent = ExponentLimit;

        if (text.StartsWith('-'))
            exponent = -exponent;

        return true;
    }

    private static ulong Round(ulong significand, long scale, FloatFormat format)
    {
        if (significand == 0)
            return 0;

        long exponent = scale + BitOperations.Log2(significand); // of the leading bit
        if (exponent > format.HighestExponent)
            return format.Infinity;

        // Exponent of the result's last bit: subnormal numbers have fewer bits.
        long lowest = Math.Max(exponent - format.FractionBits, format.LowestExponent);
        ulong rounded = ShiftRight(significand, lowest - scale);

        // The leading bit of a normal number adds one to the exponent field, and so does a carry out of rounding up,
        // which gives infinity where it should.
        return ((ulong)(lowest - format.LowestExponent) << format.FractionBits) + rounded;
    }

    private static ulong ShiftRight(ulong value, long by)
    {
        if (by <= 0)
            return value << (int)-by;

        if (by > 64)
            return 0;

        ulong quotient = by == 64 ? 0 : value >> (int)by;
        ulong half = 1UL << (int)(by - 1);
        ulong rest = value & (half | (half - 1));
        bool up = rest > half || (rest == half && (quotient & 1) != 0);
        return up ? quotient + 1 : quotient;
    }
}
