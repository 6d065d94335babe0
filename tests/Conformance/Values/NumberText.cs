using WasmActors.Conformance.Syntax;
using WasmActors.Runtime.Values;

namespace WasmActors.Conformance.Values;

/// <summary>Reads the numbers of scripts by the product's own reader of values.</summary>
internal static class NumberText
{
    /// <summary>The bits of a number.</summary>
    /// <param name="atom">The number.</param>
    /// <param name="kind">Its type.</param>
    /// <param name="width">Its width in bits, less than the type's for narrow lanes.</param>
    /// <exception cref="SyntaxException">It is no such number.</exception>
    public static ulong Read(SAtom atom, ValKind kind, int width)
    {
        var type = kind switch { ValKind.I32 => ValType.I32, ValKind.I64 => ValType.I64, ValKind.F32 => ValType.F32, _ => ValType.F64 };
        if (width >= 32)
        {
            return ValText.TryParse(atom.Text, type, out var value, out string? problem)
                ? BitsOf(value)
                : throw new SyntaxException(atom.Line, problem);
        }

        // The product reads narrow integers as lanes: one that counts, the others zero.
        string lanes = $"i{width}x{128 / width}:{atom.Text}{string.Concat(Enumerable.Repeat(",0", (128 / width) - 1))}";
        return ValText.TryParse(lanes, ValType.V128, out var vector, out string? wrong)
            ? vector.AsV128().Low
            : throw new SyntaxException(atom.Line, wrong);
    }

    /// <summary>The bits of a number of 32 or 64 bits.</summary>
    public static ulong BitsOf(in Val value) => value.Kind switch
    {
        ValKind.I32 => (uint)value.AsI32(),
        ValKind.I64 => (ulong)value.AsI64(),
        ValKind.F32 => BitConverter.SingleToUInt32Bits(value.AsF32()),
        _ => BitConverter.DoubleToUInt64Bits(value.AsF64()),
    };
}
