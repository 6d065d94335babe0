using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>Finds what a valid module uses, in one pass over its binary, which allocates nothing per instruction.</summary>
/// <remarks>What it does not know counts as everything: a store that does not allow everything refuses such a module.</remarks>
internal static class TraitReader
{
    /// <summary>Changes when the same module may get other traits.</summary>
    internal const int Version = 1;

    private const int Preamble = 8;

    /// <summary>Reads a module's binary.</summary>
    public static ModuleTraits Read(ReadOnlySpan<byte> wasm)
    {
        var traits = ModuleTraits.None;
        var counted = new ModuleFigures();
        var cursor = new WasmCursor(wasm, 0, "module");
        cursor.ReadBytes(Preamble);
        while (cursor.Remaining > 0)
        {
            byte id = cursor.ReadByte();
            WasmCursor section = cursor.ReadPart(cursor.ReadU32(), "section");
            ReadSection(id, ref section, counted);
            traits |= section.Failed ? ModuleTraits.Unknown : section.Traits;
        }

        traits |= counted.Memories > 1 ? (ModuleTraits)WasmFeatures.MultiMemory : ModuleTraits.None;
        return cursor.Failed ? ModuleTraits.Unknown : traits;
    }

    private static void ReadSection(byte id, ref WasmCursor section, ModuleFigures counted)
    {
        switch (id)
        {
            case 1:
                TypeSection.Read(ref section, new TypeMembers(0));
                break;
            case 2:
                ImportSection.Read(ref section, counted, new TypeMembers(0));
                break;
            case 4:
                ReadTables(ref section);
                break;
            case 5:
                uint memories = section.ReadU32();
                counted.Memories += memories;
                for (uint i = 0; i < memories && !section.Failed; i++)
                {
                    section.SkipLimits();
                }

                break;
            case 6:
                for (uint globals = section.ReadU32(); globals > 0 && !section.Failed; globals--)
                {
                    section.SkipValueType();
                    section.ReadByte(); // mutability
                    ConstantExpression.Skip(ref section);
                }

                break;
            case 9:
                ElementSection.Skip(ref section);
                break;
            case 10:
                for (uint bodies = section.ReadU32(); bodies > 0 && !section.Failed; bodies--)
                {
                    ReadBody(ref section);
                }

                break;
            case 13:
                section.Note(WasmFeatures.Exceptions);
                break;
            default:
                break; // functions, exports, the start and data use nothing by themselves
        }
    }

    private static void ReadTables(ref WasmCursor section)
    {
        for (uint tables = section.ReadU32(); tables > 0 && !section.Failed; tables--)
        {
            bool hasInitialValue = section.Peek() == 0x40;
            if (hasInitialValue)
            {
                section.Note(WasmFeatures.Gc);
                section.ReadBytes(2);
            }

            section.SkipValueType();
            section.SkipLimits();
            if (hasInitialValue)
            {
                ConstantExpression.Skip(ref section);
            }
        }
    }

    private static void ReadBody(ref WasmCursor section)
    {
        WasmCursor body = section.ReadPart(section.ReadU32(), "function");
        for (uint groups = body.ReadU32(); groups > 0 && !body.Failed; groups--)
        {
            body.ReadU32();
            body.SkipValueType();
        }

        while (body.Remaining > 0)
        {
            ReadInstruction(ref body, body.ReadByte());
        }

        if (body.Failed)
        {
            section.Fail("a function holds what is not known", section.Offset);
        }

        section.Note(body.Traits);
    }

    /// <summary>Passes over what follows the code of any instruction, and notes what it uses.</summary>
    internal static void ReadInstruction(ref WasmCursor body, byte instruction)
    {
        switch (instruction)
        {
            case >= 0x02 and <= 0x04: // block, loop, if
                SkipBlockType(ref body);
                break;
            case 0x05 or 0x0B: // else, end
                break;
            case 0x06: // try
                body.Note(ModuleTraits.LegacyExceptions);
                SkipBlockType(ref body);
                break;
            case 0x07 or 0x09 or 0x18: // catch, rethrow, delegate
                body.Note(ModuleTraits.LegacyExceptions);
                body.ReadU32();
                break;
            case 0x19: // catch_all
                body.Note(ModuleTraits.LegacyExceptions);
                break;
            case 0x0C or 0x0D or 0x10: // br, br_if, call
                body.ReadU32();
                break;
            case 0x0E: // br_table
                for (uint targets = body.ReadU32(); targets > 0 && !body.Failed; targets--)
                {
                    body.ReadU32();
                }

                body.ReadU32();
                break;
            case 0x11: // call_indirect
                body.ReadU32();
                body.ReadU32();
                break;
            case 0x12: // return_call
                body.Note(WasmFeatures.TailCalls);
                body.ReadU32();
                break;
            case 0x13: // return_call_indirect
                body.Note(WasmFeatures.TailCalls);
                body.ReadU32();
                body.ReadU32();
                break;
            case 0x14 or 0x15 or 0xD5 or 0xD6: // call_ref, return_call_ref, br_on_null, br_on_non_null
                body.Note(WasmFeatures.Gc);
                body.ReadU32();
                break;
            case 0x08: // throw
                body.Note(WasmFeatures.Exceptions);
                body.ReadU32();
                break;
            case 0x0A: // throw_ref
                body.Note(WasmFeatures.Exceptions);
                break;
            case 0x1F: // try_table
                body.Note(WasmFeatures.Exceptions);
                SkipBlockType(ref body);
                SkipHandlers(ref body);
                break;
            case 0xD3 or 0xD4: // ref.eq, ref.as_non_null
                body.Note(WasmFeatures.Gc);
                break;
            case 0xFB:
                body.Note(WasmFeatures.Gc);
                SkipHeapInstruction(ref body);
                break;
            default:
                Immediates.Skip(ref body, instruction);
                break;
        }
    }

    private static void SkipBlockType(ref WasmCursor body)
    {
        byte first = body.Peek();
        if (first == 0x40) // neither takes nor gives
        {
            body.ReadByte();
        }
        else if ((first & 0xC0) == 0x40) // a value type, which as a number would be negative
        {
            body.SkipValueType();
        }
        else
        {
            body.ReadU32();
        }
    }

    private static void SkipHandlers(ref WasmCursor body)
    {
        for (uint handlers = body.ReadU32(); handlers > 0 && !body.Failed; handlers--)
        {
            if (body.ReadByte() <= 1) // catch, catch_ref
            {
                body.ReadU32();
            }

            body.ReadU32();
        }
    }

    private static void SkipHeapInstruction(ref WasmCursor body)
    {
        uint instruction = body.ReadU32();
        switch (instruction)
        {
            case 0 or 1: // struct.new, struct.new_default
                body.ReadU32();
                break;
            case 8: // array.new_fixed
                body.ReadU32();
                body.ReadU32();
                break;
            case 24 or 25: // br_on_cast, br_on_cast_fail
                body.ReadByte();
                body.ReadU32();
                body.SkipHeapType();
                body.SkipHeapType();
                break;
            default:
                Immediates.SkipHeap(ref body, instruction);
                break;
        }
    }
}
