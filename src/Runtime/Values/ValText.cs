using System.Diagnostics.CodeAnalysis;

namespace WasmActors.Runtime.Values;

/// <summary>Values as text, one at a time: what a command line takes as arguments and prints as results.</summary>
public static class ValText
{
    private const int LongestQuote = 60;

    /// <summary>Reads a value of a known type.</summary>
    /// <remarks>
    /// Integers: decimal or <c>0x</c> hexadecimal, signed or unsigned. Floating point: decimal, <c>0x1.8p3</c>,
    /// <c>inf</c>, <c>nan</c>, <c>nan:0x…</c>, rounded once. Vectors: <c>0x</c> and up to 32 digits, or a shape and
    /// its lanes, <c>i32x4:1,2,3,4</c>. References: only <c>null</c>, where the type has it. Digits may be grouped
    /// with underscores. Spaces are not skipped.
    /// </remarks>
    /// <param name="text">The whole text.</param>
    /// <param name="type">What it is to be read as.</param>
    /// <param name="value">The value; the default value when the text is not one of this type.</param>
    /// <param name="problem">What is wrong, what was expected, and an example; null when the text was read.</param>
    /// <returns>False when the text is no value of the type or out of its range.</returns>
    public static bool TryParse(string text, ValType type, out Val value, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        bool ok;
        ulong bits;
        switch (type.Kind)
        {
            case ValKind.I32:
                ok = IntegerText.TryParse(text, 32, out bits, out problem);
                value = ok ? Val.I32((int)bits) : default;
                return ok;
            case ValKind.I64:
                ok = IntegerText.TryParse(text, 64, out bits, out problem);
                value = ok ? Val.I64((long)bits) : default;
                return ok;
            case ValKind.F32:
                ok = FloatText.TryParse(text, FloatFormat.F32, out bits, out problem);
                value = ok ? Val.F32(BitConverter.UInt32BitsToSingle((uint)bits)) : default;
                return ok;
            case ValKind.F64:
                ok = FloatText.TryParse(text, FloatFormat.F64, out bits, out problem);
                value = ok ? Val.F64(BitConverter.UInt64BitsToDouble(bits)) : default;
                return ok;
            case ValKind.V128:
                ok = VectorText.TryParse(text, out UInt128 vector, out problem);
                value = ok ? Val.V128((ulong)vector, (ulong)(vector >> 64)) : default;
                return ok;
            default:
                problem = ReferenceProblem(text, type);
                value = problem is null ? Val.Null(type) : default;
                return problem is null;
        }
    }

    /// <summary>
    /// Prints a value. Numbers and vectors read back to the same bits: integers are signed decimal, floating point is
    /// the shortest decimal, vectors are <c>0x</c> and 32 digits. References are <c>null</c> or, since what they refer
    /// to has no text, their kind: <c>&lt;funcref&gt;</c>.
    /// </summary>
    /// <param name="value">What to print.</param>
    public static string Format(in Val value)
    {
        switch (value.Kind)
        {
            case ValKind.I32:
                return value.AsI32().ToString();
            case ValKind.I64:
                return value.AsI64().ToString();
            case ValKind.F32:
                return FloatText.Format(BitConverter.SingleToUInt32Bits(value.AsF32()), FloatFormat.F32);
            case ValKind.F64:
                return FloatText.Format(BitConverter.DoubleToUInt64Bits(value.AsF64()), FloatFormat.F64);
            case ValKind.V128:
                (ulong low, ulong high) = value.AsV128();
                return $"0x{high:x16}{low:x16}";
            default:
                return value.IsNull ? "null" : $"<{value.Kind.ToString().ToLowerInvariant()}>";
        }
    }

    /// <summary>A text in quotes for a problem; the end of a long one is left out.</summary>
    internal static string Quote(string text) => text.Length <= LongestQuote ? $"'{text}'" : $"'{text[..LongestQuote]}…'";

    private static string? ReferenceProblem(string text, ValType type)
    {
        if (!type.IsNullable)
            return $"{Quote(text)} is not of type {type}: such a reference cannot be written as text, and null is not one; call a function without one, such as (i32) -> (i32)";

        return string.Equals(text, "null", StringComparison.Ordinal)
            ? null
            : $"{Quote(text)} is not of type {type}: expected null, the only reference that can be written as text";
    }
}
