using System.Runtime.CompilerServices;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Marshalling;

/// <summary>Reads and writes the slots that a call's arguments and results share.</summary>
internal static class RawSlots
{
    internal static T Read<T>(ref RawVal first, int index) => Slot<T>.Read(in Unsafe.Add(ref first, index));

    internal static void Write<T>(ref RawVal first, int index, T value) => Slot<T>.Write(ref Unsafe.Add(ref first, index), value);

    internal static Val ToVal(ref RawVal first, int index, ValKind kind)
    {
        ref RawVal slot = ref Unsafe.Add(ref first, index);
        return kind switch
        {
            ValKind.I32 or ValKind.F32 => Val.Number(kind, (uint)slot.I32, 0),
            ValKind.V128 => Val.Number(kind, slot.Low, slot.High),
            _ => Val.Number(kind, slot.Low, 0),
        };
    }

    internal static void FromVal(ref RawVal first, int index, in Val value)
    {
        ref RawVal slot = ref Unsafe.Add(ref first, index);
        slot.Low = value.LowBits;
        slot.High = value.HighBits;
    }

    internal static T Unpack<T>(in Val value)
    {
        var slot = new RawVal { Low = value.LowBits, High = value.HighBits };
        return Slot<T>.Read(in slot);
    }
}
