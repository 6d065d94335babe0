using WasmActors.Runtime.Limits;

namespace WasmActors.Runtime.Modules.Binary;

/// <summary>The instructions that compute an initial value. Only their extent is of interest here, not the value.</summary>
internal static class ConstantExpression
{
    /// <summary>Passes over an expression including its end; an instruction that is unknown fails the cursor.</summary>
    /// <param name="cursor">Stands at the first instruction.</param>
    /// <param name="use">Collects what the expression refers to; null for nothing.</param>
    public static void Skip(ref WasmCursor cursor, ReferenceUse? use = null)
    {
        while (!cursor.Failed)
        {
            int start = cursor.Offset;
            switch (cursor.ReadByte())
            {
                case 0x0B: // end
                    return;
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
                case 0x23: // global.get
                    cursor.ReadU32();
                    break;
                case 0xD2: // ref.func
                    uint function = cursor.ReadU32();
                    use?.Functions.Add(function);
                    break;
                case 0xD0: // ref.null
                    cursor.SkipHeapType();
                    break;
                case >= 0x6A and <= 0x6C: // i32.add, i32.sub, i32.mul
                case >= 0x7C and <= 0x7E: // i64.add, i64.sub, i64.mul
                    break;
                case 0xFB:
                    cursor.Note(WasmFeatures.Gc);
                    use?.NoteHeap();
                    SkipHeapInstruction(ref cursor, start);
                    break;
                case 0xFD:
                    SkipVectorInstruction(ref cursor, start);
                    break;
                case var other:
                    cursor.Fail($"instruction 0x{other:x2} is not known in a constant expression", start);
                    break;
            }
        }
    }

    private static void SkipHeapInstruction(ref WasmCursor cursor, int start)
    {
        switch (cursor.ReadU32())
        {
            case 0 or 1 or 6 or 7: // struct.new, struct.new_default, array.new, array.new_default
                cursor.ReadU32();
                break;
            case 8: // array.new_fixed
                cursor.ReadU32();
                cursor.ReadU32();
                break;
            case 26 or 27 or 28: // any.convert_extern, extern.convert_any, ref.i31
                break;
            case var other:
                cursor.Fail($"instruction 0xfb {other} is not known in a constant expression", start);
                break;
        }
    }

    private static void SkipVectorInstruction(ref WasmCursor cursor, int start)
    {
        uint instruction = cursor.ReadU32();
        if (instruction == 12) // v128.const
            cursor.ReadBytes(16);
        else
            cursor.Fail($"instruction 0xfd {instruction} is not known in a constant expression", start);
    }
}
