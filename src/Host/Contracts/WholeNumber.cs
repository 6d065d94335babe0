namespace WasmActors.Host.Contracts;

/// <summary>Whole numbers in any of JSON's forms: 100000, 1e5, 100000.0. Exact, however long.</summary>
internal static class WholeNumber
{
    // No exponent that matters is larger: a body has at most a million digits.
    private const int MostExponent = 10_000_000;

    /// <summary>Reads a number by JSON's grammar; false if it is none, has a fraction, or does not fit.</summary>
    public static bool TryParse(ReadOnlySpan<byte> json, out bool isNegative, out ulong magnitude)
    {
        magnitude = 0;
        isNegative = json is [(byte)'-', ..];
        var text = isNegative ? json[1..] : json;
        int exponentAt = text.IndexOfAny((byte)'e', (byte)'E');
        int exponent = 0;
        if (exponentAt >= 0 && !TryParseExponent(text[(exponentAt + 1)..], out exponent))
        {
            return false;
        }

        var digits = exponentAt < 0 ? text : text[..exponentAt];
        int point = digits.IndexOf((byte)'.');
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? default : digits[(point + 1)..];
        bool wellFormed = AreDigits(whole) && (point < 0 || AreDigits(fraction)) && (whole[0] != '0' || whole.Length == 1);
        return wellFormed && TryCombine(whole, fraction, exponent, out magnitude);
    }

    private static bool TryCombine(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, int exponent, out ulong magnitude)
    {
        magnitude = 0;
        fraction = fraction.TrimEnd((byte)'0');
        int scale = exponent - fraction.Length;
        if (fraction.IsEmpty)
        {
            var significant = whole.TrimEnd((byte)'0');
            scale += whole.Length - significant.Length;
            whole = significant;
        }

        foreach (byte digit in whole)
        {
            if (!TryAppend(ref magnitude, digit))
            {
                return false;
            }
        }

        foreach (byte digit in fraction)
        {
            if (!TryAppend(ref magnitude, digit))
            {
                return false;
            }
        }

        if (magnitude == 0)
        {
            return true;
        }

        for (; scale > 0; scale--)
        {
            if (!TryAppend(ref magnitude, (byte)'0'))
            {
                return false;
            }
        }

        return scale == 0;
    }

    private static bool TryAppend(ref ulong number, byte digit)
    {
        ulong value = (ulong)(digit - '0');
        if (number > (ulong.MaxValue - value) / 10)
        {
            return false;
        }

        number = (number * 10) + value;
        return true;
    }

    private static bool TryParseExponent(ReadOnlySpan<byte> text, out int exponent)
    {
        exponent = 0;
        bool isNegative = text is [(byte)'-', ..];
        var digits = text is [(byte)'-' or (byte)'+', ..] ? text[1..] : text;
        if (!AreDigits(digits))
        {
            return false;
        }

        foreach (byte digit in digits)
        {
            exponent = Math.Min((exponent * 10) + digit - '0', MostExponent);
        }

        exponent = isNegative ? -exponent : exponent;
        return true;
    }

    private static bool AreDigits(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');
}
