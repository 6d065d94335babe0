using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace WasmActors.Runtime.Values;

/// <summary>Reads 128-bit vectors.</summary>
internal static class VectorText
{
    private const string Expected = "expected 0x and 1 to 32 hex digits, or lanes such as i32x4:1,2,3,4";

    /// <summary>
    /// Reads <c>0x…</c>, the most significant digit first, or a shape and its lanes, lane 0 (the lowest bits) first.
    /// </summary>
    /// <param name="text">The whole text; spaces are not skipped.</param>
    /// <param name="value">The vector as one number.</param>
    /// <param name="problem">What is wrong with the text, or null.</param>
    public static bool TryParse(string text, out UInt128 value, [NotNullWhen(false)] out string? problem)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return TryParseHex(text, out value, out problem);

        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string[] lanes = colon < 0 ? [] : text[(colon + 1)..].Split(',');
        switch (colon < 0 ? text : text[..colon])
        {
            case "i8x16": return TryParseIntegers(text, lanes, 8, out value, out problem);
            case "i16x8": return TryParseIntegers(text, lanes, 16, out value, out problem);
            case "i32x4": return TryParseIntegers(text, lanes, 32, out value, out problem);
            case "i64x2": return TryParseIntegers(text, lanes, 64, out value, out problem);
            case "f32x4": return TryParseFloats(text, lanes, FloatFormat.F32, 32, out value, out problem);
            case "f64x2": return TryParseFloats(text, lanes, FloatFormat.F64, 64, out value, out problem);
            default:
                value = default;
                problem = $"{ValText.Quote(text)} is not a v128: {Expected}";
                return false;
        }
    }

    private static bool TryParseHex(string text, out UInt128 value, [NotNullWhen(false)] out string? problem)
    {
        value = default;
        problem = null;
        if (DigitSeparators.TryRemove(text[2..], hex: true, out string digits)
            && digits.Length is > 0 and <= 32
            && digits.All(char.IsAsciiHexDigit))
        {
            value = UInt128.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            return true;
        }

        problem = $"{ValText.Quote(text)} is not a v128: {Expected}";
        return false;
    }

    private static bool TryParseIntegers(string text, string[] lanes, int bits, out UInt128 value, [NotNullWhen(false)] out string? problem)
    {
        if (!HasLanes(text, lanes, bits, out value, out problem))
            return false;

        for (int lane = 0; lane < lanes.Length; lane++)
        {
            if (!IntegerText.TryParse(lanes[lane], bits, out ulong number, out problem))
            {
                problem = $"lane {lane}: {problem}";
                return false;
            }

            value |= (UInt128)number << (lane * bits);
        }

        return true;
    }

    private static bool TryParseFloats(string text, string[] lanes, FloatFormat format, int bits, out UInt128 value, [NotNullWhen(false)] out string? problem)
    {
        if (!HasLanes(text, lanes, bits, out value, out problem))
            return false;

        for (int lane = 0; lane < lanes.Length; lane++)
        {
            if (!FloatText.TryParse(lanes[lane], format, out ulong number, out problem))
            {
                problem = $"lane {lane}: {problem}";
                return false;
            }

            value |= (UInt128)number << (lane * bits);
        }

        return true;
    }

    private static bool HasLanes(string text, string[] lanes, int bits, out UInt128 value, [NotNullWhen(false)] out string? problem)
    {
        value = default;
        int count = 128 / bits;
        problem = lanes.Length == count ? null : $"{ValText.Quote(text)} has {lanes.Length} lanes instead of {count}: {Expected}";
        return problem is null;
    }
}
