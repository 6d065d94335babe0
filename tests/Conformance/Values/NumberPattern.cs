using System.Runtime.InteropServices;
using WasmActors.Runtime.Values;

namespace WasmActors.Conformance.Values;

/// <summary>What is expected of a number or of a lane: exact bits, or a class of NaN.</summary>
/// <param name="Kind">Its type; lanes narrower than 32 bits are i32.</param>
/// <param name="Width">Its width in bits.</param>
/// <param name="Bits">The bits, in the low ones.</param>
/// <param name="Nan">The class of NaN instead; null for the bits.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NumberPattern(ValKind Kind, int Width, ulong Bits, NanClass? Nan)
{
    /// <summary>Whether the bits are what is expected.</summary>
    public bool Matches(ulong bits) => Nan switch
    {
        null => bits == Bits,
        NanClass.Canonical => (bits & ~Sign) == Quiet,
        _ => (bits & Quiet) == Quiet,
    };

    private ulong Sign => 1UL << (Width - 1);

    // The exponent all ones, and the highest bit of the fraction.
    private ulong Quiet => Width == 32 ? 0x7FC0_0000UL : 0x7FF8_0000_0000_0000UL;
}
