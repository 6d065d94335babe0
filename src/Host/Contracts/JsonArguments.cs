using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Host.Contracts;

/// <summary>Arguments as JSON, read by a function's type: docs/http-api.md has the table.</summary>
internal static class JsonArguments
{
    private const int LongestQuote = 40;

    /// <summary>Reads a JSON array, or nothing for no arguments.</summary>
    /// <exception cref="ApiException"><c>http.bad_json</c></exception>
    /// <exception cref="WasmError"><c>call.bad_arguments</c></exception>
    public static Val[] Read(ReadOnlySpan<byte> json, FuncType type)
    {
        if (json.IsEmpty)
        {
            return type.Params.IsEmpty ? [] : throw Count(type, 0);
        }

        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                throw new ApiException(StatusCodes.Status400BadRequest, ApiErrorCode.BadJson, "The body is no JSON array: expected are the arguments, for example [1, \"2\", 0.5].");
            }

            var values = type.Params.IsEmpty ? [] : new Val[type.Params.Length];
            int count = 0;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (count < values.Length)
                {
                    values[count] = Value(ref reader, type.Params[count], count);
                }

                count++;
                reader.Skip();
            }

            if (reader.Read())
            {
                throw new ApiException(StatusCodes.Status400BadRequest, ApiErrorCode.BadJson, "There is something behind the array of arguments.");
            }

            return count == values.Length ? values : throw Count(type, count);
        }
        catch (JsonException invalid)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, ApiErrorCode.BadJson, $"The body is no JSON: {invalid.Message}");
        }
    }

    private static Val Value(ref Utf8JsonReader reader, ValType type, int at) => reader.TokenType switch
    {
        JsonTokenType.Number => Number(ref reader, type, at),
        JsonTokenType.String => Text(ref reader, type, at),
        _ => throw Wrong(at, type, $"a JSON {reader.TokenType}", "a number or a string was expected"),
    };

    private static Val Number(ref Utf8JsonReader reader, ValType type, int at)
    {
        switch (type.Kind)
        {
            case ValKind.I32 when reader.TryGetInt64(out long number) && number is >= int.MinValue and <= uint.MaxValue:
                return Val.I32((int)number);
            case ValKind.I64 when reader.TryGetInt64(out long number):
                return Val.I64(number);
            case ValKind.I64 when reader.TryGetUInt64(out ulong number):
                return Val.I64((long)number);
            case ValKind.I32 or ValKind.I64 when TryWhole(reader.ValueSpan, type.Kind, out var whole):
                return whole;
            case ValKind.F32 when reader.TryGetSingle(out float number) && float.IsFinite(number):
                return Val.F32(number);
            case ValKind.F64 when reader.TryGetDouble(out double number) && double.IsFinite(number):
                return Val.F64(number);
            default:
                string expected = type.Kind switch
                {
                    ValKind.I32 => "a whole number from -2147483648 to 4294967295 was expected",
                    ValKind.I64 => "a whole number from -9223372036854775808 to 18446744073709551615 was expected",
                    ValKind.V128 => "a string such as \"0x…\" with 32 digits or \"i32x4:1,2,3,4\" was expected",
                    ValKind.F32 or ValKind.F64 => "it is out of range; \"Infinity\" would be written so",
                    _ => "such an argument cannot be given over HTTP",
                };
                throw Wrong(at, type, Quote(ref reader), expected);
        }
    }

    // 1e5 and 100000.0, as a number or as its text.
    private static bool TryWhole(ReadOnlySpan<byte> json, ValKind kind, out Val value)
    {
        value = default;
        if (!WholeNumber.TryParse(json, out bool isNegative, out ulong magnitude))
        {
            return false;
        }

        ulong most = (kind, isNegative) switch
        {
            (ValKind.I32, false) => uint.MaxValue,
            (ValKind.I32, true) => 1UL << 31,
            (_, false) => ulong.MaxValue,
            _ => 1UL << 63,
        };
        long bits = isNegative ? -(long)magnitude : (long)magnitude;
        value = kind == ValKind.I32 ? Val.I32((int)bits) : Val.I64(bits);
        return magnitude <= most;
    }

    private static Val Text(ref Utf8JsonReader reader, ValType type, int at)
    {
        if (type.Kind is ValKind.I32 or ValKind.I64 && !reader.ValueIsEscaped && TryWhole(reader.ValueSpan, type.Kind, out var whole))
        {
            return whole;
        }

        string text = StringOf(ref reader, at, type);
        if (type.Kind is ValKind.F32 or ValKind.F64)
        {
            text = text switch { "NaN" => "nan", "Infinity" => "inf", "-Infinity" => "-inf", _ => text };
        }

        if (!type.IsNumeric)
        {
            throw Wrong(at, type, "a string", "such an argument cannot be given over HTTP");
        }

        return ValText.TryParse(text, type, out var value, out string? problem)
            ? value
            : throw new WasmError(ErrorCode.BadArguments, $"Argument {at + 1} ({type}): {GuestText.Clean(problem, GuestText.MessageLimit)}.");
    }

    // Escapes can spell half of a surrogate pair, which is no text.
    private static string StringOf(ref Utf8JsonReader reader, int at, ValType type)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong(at, type, "a string that is no Unicode text", "a number or its text was expected");
        }
    }

    private static string Quote(ref Utf8JsonReader reader)
    {
        var raw = reader.ValueSpan;
        string text = Encoding.UTF8.GetString(raw.Length > LongestQuote ? raw[..LongestQuote] : raw);
        return raw.Length > LongestQuote ? $"{text}…" : text;
    }

    private static WasmError Wrong(int at, ValType type, string what, string expected) =>
        new(ErrorCode.BadArguments, $"Argument {at + 1} ({type}) is {what}: {expected}.");

    private static WasmError Count(FuncType type, int given) =>
        new(ErrorCode.BadArguments, string.Create(CultureInfo.InvariantCulture, $"The function takes {type.Params.Length} arguments, {type}; {given} were given."));
}
