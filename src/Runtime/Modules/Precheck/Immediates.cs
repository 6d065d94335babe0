using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>
/// What follows the codes of instructions that are worth the same whatever follows. An instruction that is not known fails
/// the cursor.
/// </summary>
internal static class Immediates
{
    /// <summary>Passes over what follows a code of one byte, or over the rest of a longer code with what follows it.</summary>
    /// <returns>How many values more it leaves than it finds.</returns>
    public static int Skip(ref WasmCursor cursor, byte instruction)
    {
        switch (instruction)
        {
            case 0x00 or 0x01 or 0x0A or 0x0F: // unreachable, nop, throw_ref, return
            case 0x1A or 0x1B: // drop, select
            case >= 0x45 and <= 0xC4: // numeric
            case 0xD1 or 0xD3 or 0xD4: // ref.is_null, ref.eq, ref.as_non_null
                break;
            case 0x09: // rethrow
            case >= 0x20 and <= 0x26: // local, global, table: get and set
            case 0x3F: // memory.size
            case 0xD2: // ref.func
                cursor.ReadU32();
                break;
            case 0x40: // memory.grow
                cursor.Note(ModuleTraits.GrowsMemory);
                cursor.ReadU32();
                break;
            case 0x1C: // select with types
                for (uint types = cursor.ReadU32(); types > 0 && !cursor.Failed; types--)
                {
                    cursor.SkipValueType();
                }

                break;
            case >= 0x28 and <= 0x3E: // loads and stores
                SkipAddress(ref cursor);
                break;
            case 0x41: // i32.const
                cursor.SkipNumber(32);
                break;
            case 0x42: // i64.const
                cursor.SkipNumber(64);
                break;
            case 0x43: // f32.const
                cursor.ReadBytes(4);
                break;
            case 0x44: // f64.const
                cursor.ReadBytes(8);
                break;
            case 0xD0: // ref.null
                cursor.SkipHeapType();
                break;
            case 0xFC:
                return SkipBulk(ref cursor);
            case 0xFD:
                return SkipVector(ref cursor);
            case 0xFE:
                return SkipAtomic(ref cursor);
            default:
                cursor.Fail($"instruction 0x{instruction:x2} is not known", cursor.Offset - 1);
                break;
        }

        return StackEffect.Of(instruction);
    }

    /// <summary>Passes over what follows the code of an instruction on garbage-collected objects, behind 0xfb.</summary>
    public static int SkipHeap(ref WasmCursor cursor, uint instruction)
    {
        switch (instruction)
        {
            case 6 or 7 or (>= 11 and <= 14) or 16: // array: new, new_default, get, set, fill
                cursor.ReadU32();
                break;
            case >= 2 and <= 5: // struct.get, struct.set
            case 9 or 10 or (>= 17 and <= 19): // array: new_data, new_elem, copy, init_data, init_elem
                cursor.ReadU32();
                cursor.ReadU32();
                break;
            case 15 or (>= 26 and <= 30): // array.len, conversions, i31
                break;
            case >= 20 and <= 23: // ref.test, ref.cast
                cursor.SkipHeapType();
                break;
            default:
                cursor.Fail($"instruction 0xfb {instruction} is not known", cursor.Offset);
                break;
        }

        return StackEffect.OfHeap(instruction);
    }

    private static int SkipBulk(ref WasmCursor cursor)
    {
        uint instruction = cursor.ReadU32();
        switch (instruction)
        {
            case <= 7: // conversions that saturate
                break;
            case >= 19 and <= 22: // arithmetic of 128 bits
                cursor.Note(WasmFeatures.WideArithmetic);
                break;
            case 9 or 11 or 13 or 16 or 17: // data.drop, memory.fill, elem.drop, table: size, fill
                cursor.ReadU32();
                break;
            case 15: // table.grow
                cursor.Note(ModuleTraits.GrowsTable);
                cursor.ReadU32();
                break;
            case 8 or 10 or 12 or 14: // init and copy
                cursor.ReadU32();
                cursor.ReadU32();
                break;
            default:
                cursor.Fail($"instruction 0xfc {instruction} is not known", cursor.Offset);
                break;
        }

        return StackEffect.OfBulk(instruction);
    }

    private static int SkipVector(ref WasmCursor cursor)
    {
        uint instruction = cursor.ReadU32();
        switch (instruction)
        {
            case <= 11 or 92 or 93: // loads and stores
                SkipAddress(ref cursor);
                break;
            case 12 or 13: // v128.const, i8x16.shuffle
                cursor.ReadBytes(16);
                break;
            case >= 21 and <= 34: // lanes
                cursor.ReadByte();
                break;
            case >= 84 and <= 91: // loads and stores of one lane
                SkipAddress(ref cursor);
                cursor.ReadByte();
                break;
            case <= 255: // the others
                break;
            case <= 275:
                cursor.Note(WasmFeatures.RelaxedSimd);
                break;
            default:
                cursor.Fail($"instruction 0xfd {instruction} is not known", cursor.Offset);
                break;
        }

        return StackEffect.OfVector(instruction);
    }

    private static int SkipAtomic(ref WasmCursor cursor)
    {
        uint instruction = cursor.ReadU32();
        cursor.Note(WasmFeatures.Threads);
        switch (instruction)
        {
            case <= 2 or (>= 0x10 and <= 0x4E):
                SkipAddress(ref cursor);
                break;
            case 3: // atomic.fence
                cursor.ReadByte();
                break;
            default:
                cursor.Fail($"instruction 0xfe {instruction} is not known", cursor.Offset);
                break;
        }

        return StackEffect.OfAtomic(instruction);
    }

    // Alignment, a memory where a bit of it says so, and an offset.
    private static void SkipAddress(ref WasmCursor cursor)
    {
        if ((cursor.ReadU32() & 0x40) != 0)
        {
            cursor.ReadU32();
        }

        cursor.SkipNumber(64);
    }
}
