using System.Globalization;
using System.Text.Json;
using WasmActors.Runtime.Values;

namespace WasmActors.Host.Contracts;

/// <summary>Results as JSON: docs/http-api.md has the table.</summary>
internal static class JsonResults
{
    private const uint CanonicalNan32 = 0x7FC0_0000;
    private const ulong CanonicalNan64 = 0x7FF8_0000_0000_0000;

    /// <summary>Writes <c>{"results":[…]}</c>.</summary>
    public static void Write(Utf8JsonWriter writer, Results results)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("results"u8);
        for (int i = 0; i < results.Count; i++)
        {
            Write(writer, results[i]);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, in Val value)
    {
        switch (value.Kind)
        {
            case ValKind.I32:
                writer.WriteNumberValue(value.AsI32());
                break;
            case ValKind.I64:
                WriteText(writer, value.AsI64());
                break;
            case ValKind.F32 when float.IsFinite(value.AsF32()):
                writer.WriteNumberValue(value.AsF32());
                break;
            case ValKind.F64 when double.IsFinite(value.AsF64()):
                writer.WriteNumberValue(value.AsF64());
                break;
            case ValKind.F32 when BitConverter.SingleToUInt32Bits(value.AsF32()) == CanonicalNan32:
            case ValKind.F64 when BitConverter.DoubleToUInt64Bits(value.AsF64()) == CanonicalNan64:
                writer.WriteStringValue("NaN"u8);
                break;
            case ValKind.F32 when float.IsInfinity(value.AsF32()):
                writer.WriteStringValue(value.AsF32() > 0 ? "Infinity"u8 : "-Infinity"u8);
                break;
            case ValKind.F64 when double.IsInfinity(value.AsF64()):
                writer.WriteStringValue(value.AsF64() > 0 ? "Infinity"u8 : "-Infinity"u8);
                break;
            default:
                writer.WriteStringValue(ValText.Format(value));
                break;
        }
    }

    private static void WriteText(Utf8JsonWriter writer, long number)
    {
        Span<byte> digits = stackalloc byte[20];
        number.TryFormat(digits, out int length, default, CultureInfo.InvariantCulture);
        writer.WriteStringValue(digits[..length]);
    }
}
