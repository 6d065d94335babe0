using System.Buffers.Binary;
using System.Runtime.InteropServices;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.State;

/// <summary>The new value of a global.</summary>
/// <param name="Index">Its index in the module.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Low">The bits of a number, the low ones of a vector; a function's index, or -1 for null.</param>
/// <param name="High">The high bits of a vector.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct GlobalChange(int Index, ValKind Kind, ulong Low, ulong High)
{
    private const byte I32 = 0x7F;
    private const byte I64 = 0x7E;
    private const byte F32 = 0x7D;
    private const byte F64 = 0x7C;
    private const byte V128 = 0x7B;
    private const byte FuncRef = 0x70;

    public static GlobalChange Read(ref DeltaReader reader, int previous)
    {
        int index = reader.Index(previous);
        int start = reader.Offset;
        ulong low;
        switch (reader.Byte())
        {
            case I32:
                return new GlobalChange(index, ValKind.I32, (ulong)reader.Number(uint.MaxValue), 0);
            case I64:
                return new GlobalChange(index, ValKind.I64, reader.Number(), 0);
            case F32:
                low = BinaryPrimitives.ReadUInt32LittleEndian(reader.Bytes(4));
                return new GlobalChange(index, ValKind.F32, low, 0);
            case F64:
                low = BinaryPrimitives.ReadUInt64LittleEndian(reader.Bytes(8));
                return new GlobalChange(index, ValKind.F64, low, 0);
            case V128:
                low = BinaryPrimitives.ReadUInt64LittleEndian(reader.Bytes(8));
                ulong high = BinaryPrimitives.ReadUInt64LittleEndian(reader.Bytes(8));
                return new GlobalChange(index, ValKind.V128, low, high);
            case FuncRef:
                return new GlobalChange(index, ValKind.FuncRef, (ulong)TableChange.ReadFunction(ref reader), 0);
            case var type:
                throw StateDelta.Corrupt($"0x{type:x2} at offset {start} is not the type of a global");
        }
    }

    public void Write(ByteWriter writer)
    {
        writer.Number((ulong)Index);
        switch (Kind)
        {
            case ValKind.I32:
                writer.Byte(I32);
                writer.Number(Low);
                break;
            case ValKind.I64:
                writer.Byte(I64);
                writer.Number(Low);
                break;
            case ValKind.F32:
                writer.Byte(F32);
                BinaryPrimitives.WriteUInt32LittleEndian(writer.Room(4), (uint)Low);
                break;
            case ValKind.F64:
                writer.Byte(F64);
                BinaryPrimitives.WriteUInt64LittleEndian(writer.Room(8), Low);
                break;
            case ValKind.V128:
                writer.Byte(V128);
                BinaryPrimitives.WriteUInt64LittleEndian(writer.Room(8), Low);
                BinaryPrimitives.WriteUInt64LittleEndian(writer.Room(8), High);
                break;
            default:
                writer.Byte(FuncRef);
                writer.Number(Low + 1);
                break;
        }
    }
}
