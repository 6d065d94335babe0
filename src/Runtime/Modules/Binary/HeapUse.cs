using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Modules.Binary;

/// <summary>
/// Whether a module's functions can hold references into the guest's heap (structs, arrays, exceptions, external references). Such a
/// reference comes from a parameter, a result, a definition of its type or a tag, so it shows in the module's types.
/// </summary>
internal static class HeapUse
{
    private const byte FuncForm = 0x60;
    private const byte FuncHeap = 0x70;
    private const byte NoFuncHeap = 0x73;
    private const byte NullableReference = 0x63;
    private const byte Reference = 0x64;
    private const byte Vector = 0x7B;
    private const byte Number = 0x7F;

    /// <summary>Reads a type section as far as needed. What it does not know counts as use.</summary>
    internal static bool IsIn(WasmCursor types)
    {
        uint count = types.ReadU32();
        for (uint i = 0; i < count && !types.Failed; i++)
        {
            if (types.ReadByte() != FuncForm || IsInList(ref types) || IsInList(ref types))
            {
                return true;
            }
        }

        return types.Failed;
    }

    /// <summary>Whether an import or export can hand such a reference in.</summary>
    internal static bool IsIn(ExternType type) => type switch
    {
        FuncType func => func.Params.Any(IsIn) || func.Results.Any(IsIn),
        GlobalType global => IsIn(global.Content),
        TableType table => IsIn(table.Element),
        TagType => true,
        _ => false,
    };

    private static bool IsIn(ValType type) => !type.IsNumeric && type.Kind != ValKind.FuncRef;

    private static bool IsInList(ref WasmCursor types)
    {
        uint count = types.ReadU32();
        for (uint i = 0; i < count && !types.Failed; i++)
        {
            byte type = types.ReadByte();
            bool plain = type is (>= Vector and <= Number) or FuncHeap or NoFuncHeap;
            if (!plain && (type is not (NullableReference or Reference) || !IsFuncHeap(ref types)))
            {
                return true;
            }
        }

        return false;
    }

    // A type of the module's own is one of functions here: any other definition counts by itself.
    private static bool IsFuncHeap(ref WasmCursor types)
    {
        byte first = types.Peek();
        types.SkipHeapType();
        return first is FuncHeap or NoFuncHeap || (first & 0xC0) != 0x40;
    }
}
