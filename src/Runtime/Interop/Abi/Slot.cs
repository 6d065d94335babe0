using System.Runtime.CompilerServices;

namespace WasmActors.Runtime.Interop.Abi;

/// <summary>
/// How the C# number type <typeparamref name="T"/> lies in a raw value. Every member folds to one load or store when
/// <typeparamref name="T"/> is known to the compiler.
/// </summary>
internal static class Slot<T>
{
    /// <summary>True for the C# types that need no reference: int, uint, long, ulong, float, double, UInt128.</summary>
    internal static bool IsNumeric =>
        typeof(T) == typeof(int) || typeof(T) == typeof(uint) || typeof(T) == typeof(long) || typeof(T) == typeof(ulong)
        || typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(UInt128);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Read(in RawVal slot)
    {
        if (typeof(T) == typeof(UInt128))
        {
            var vector = new UInt128(slot.High, slot.Low);
            return Unsafe.As<UInt128, T>(ref vector);
        }

        return Unsafe.As<RawVal, T>(ref Unsafe.AsRef(in slot));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write(ref RawVal slot, T value)
    {
        if (typeof(T) == typeof(UInt128))
        {
            var vector = Unsafe.As<T, UInt128>(ref value);
            slot.Low = (ulong)vector;
            slot.High = (ulong)(vector >> 64);
        }
        else
        {
            Unsafe.As<RawVal, T>(ref slot) = value;
        }
    }
}
