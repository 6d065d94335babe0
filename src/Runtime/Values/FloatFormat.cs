namespace WasmActors.Runtime.Values;

/// <summary>The layout of an IEEE 754 number within the low bits of a <see cref="ulong"/>.</summary>
/// <param name="Name">The WebAssembly type that has it.</param>
/// <param name="FractionBits">Width of the fraction field, in bits.</param>
/// <param name="ExponentBits">Width of the exponent field, in bits.</param>
internal sealed record FloatFormat(string Name, int FractionBits, int ExponentBits)
{
    /// <summary>32-bit numbers.</summary>
    public static FloatFormat F32 { get; } = new("f32", 23, 8);

    /// <summary>64-bit numbers.</summary>
    public static FloatFormat F64 { get; } = new("f64", 52, 11);

    /// <summary>The sign bit alone.</summary>
    public ulong SignMask => 1UL << (FractionBits + ExponentBits);

    /// <summary>The bits of the fraction field; in a NaN they are the payload.</summary>
    public ulong FractionMask => (1UL << FractionBits) - 1;

    /// <summary>Positive infinity. Anything above it, without sign, is a NaN.</summary>
    public ulong Infinity => ((1UL << ExponentBits) - 1) << FractionBits;

    /// <summary>The payload of the canonical NaN.</summary>
    public ulong CanonicalPayload => 1UL << (FractionBits - 1);

    /// <summary>Binary logarithm of the smallest positive number, a subnormal one.</summary>
    public int LowestExponent => 2 - (1 << (ExponentBits - 1)) - FractionBits;

    /// <summary>Binary logarithm of the largest power of two.</summary>
    public int HighestExponent => (1 << (ExponentBits - 1)) - 1;
}
