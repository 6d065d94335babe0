using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace WasmActors.Runtime.Values;

/// <summary>Reads and prints floating point numbers by their bits, so that no NaN loses its payload on the way.</summary>
internal static class FloatText
{
    private static readonly SearchValues<char> DecimalCharacters = SearchValues.Create("0123456789.eE+-");

    /// <summary>Reads a decimal or hexadecimal number, <c>inf</c>, <c>nan</c> or <c>nan:0x…</c>, each with an optional sign.</summary>
    /// <param name="text">The whole text; spaces are not skipped.</param>
    /// <param name="format">What to round to: once, to nearest, ties to even.</param>
    /// <param name="bits">The number in that format.</param>
    /// <param name="problem">What is wrong with the text, or null.</param>
    public static bool TryParse(string text, FloatFormat format, out ulong bits, [NotNullWhen(false)] out string? problem)
    {
        bool negative = text.StartsWith('-');
        string magnitude = negative || text.StartsWith('+') ? text[1..] : text;
        if (!TryParseMagnitude(magnitude, format, out bits))
        {
            problem = $"{ValText.Quote(text)} is not an {format.Name}: expected a number such as 1.5, -2e3, 0x1.8p3, inf or nan";
            return false;
        }

        if (magnitude.StartsWith("nan:", StringComparison.Ordinal) && (bits & format.FractionMask) == 0)
        {
            problem = $"{ValText.Quote(text)} is out of range for an {format.Name}: expected a payload of 0x1 to 0x{format.FractionMask:x}, such as nan:0x1";
            return false;
        }

        if (bits == format.Infinity && !IsInfinity(magnitude))
        {
            problem = $"{ValText.Quote(text)} is out of range for an {format.Name}: expected at most {Largest(format)}, or inf";
            return false;
        }

        bits |= negative ? format.SignMask : 0;
        problem = null;
        return true;
    }

    /// <summary>The shortest text that <see cref="TryParse"/> reads back to the same bits.</summary>
    public static string Format(ulong bits, FloatFormat format)
    {
        string sign = (bits & format.SignMask) != 0 ? "-" : "";
        ulong magnitude = bits & ~format.SignMask;
        if (magnitude == format.Infinity)
            return sign + "inf";

        if (magnitude < format.Infinity)
            return sign + Decimal(magnitude, format);

        ulong payload = magnitude & format.FractionMask;
        return payload == format.CanonicalPayload ? sign + "nan" : $"{sign}nan:0x{payload:x}";
    }

    private static bool TryParseMagnitude(string text, FloatFormat format, out ulong bits)
    {
        bits = format.Infinity;
        if (IsInfinity(text))
            return true;

        if (string.Equals(text, "nan", StringComparison.Ordinal))
        {
            bits |= format.CanonicalPayload;
            return true;
        }

        if (text.StartsWith("nan:0x", StringComparison.Ordinal))
            return TryParsePayload(text[6..], format, out bits);

        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return DigitSeparators.TryRemove(text[2..], hex: true, out string hex) && HexFloat.TryParse(hex, format, out bits);

        return DigitSeparators.TryRemove(text, hex: false, out string plain) && TryParseDecimal(plain, format, out bits);
    }

    private static bool IsInfinity(string text) => string.Equals(text, "inf", StringComparison.Ordinal);

    // A payload that does not fit leaves the fraction empty, which no NaN has.
    private static bool TryParsePayload(string text, FloatFormat format, out ulong bits)
    {
        bits = format.Infinity;
        if (!DigitSeparators.TryRemove(text, hex: true, out string hex) || hex.Length == 0 || !hex.All(char.IsAsciiHexDigit))
            return false;

        if (ulong.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong payload) && payload <= format.FractionMask)
            bits |= payload;

        return true;
    }

    // .NET takes more than numbers ("Infinity", trailing NULs), so the characters are checked first.
    private static bool TryParseDecimal(string text, FloatFormat format, out ulong bits)
    {
        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        bits = 0;
        if (text.AsSpan().ContainsAnyExcept(DecimalCharacters))
            return false;

        if (format == FloatFormat.F32)
        {
            bool ok = float.TryParse(text, style, CultureInfo.InvariantCulture, out float single);
            bits = BitConverter.SingleToUInt32Bits(single);
            return ok;
        }

        bool parsed = double.TryParse(text, style, CultureInfo.InvariantCulture, out double number);
        bits = BitConverter.DoubleToUInt64Bits(number);
        return parsed;
    }

    private static string Largest(FloatFormat format) => Decimal(format.Infinity - 1, format);

    private static string Decimal(ulong bits, FloatFormat format) => format == FloatFormat.F32
        ? BitConverter.UInt32BitsToSingle((uint)bits).ToString("R", CultureInfo.InvariantCulture)
        : BitConverter.UInt64BitsToDouble(bits).ToString("R", CultureInfo.InvariantCulture);
}
