using System.Runtime.InteropServices;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Precheck;

/// <summary>Counts what a module imports, in the plain and in the compact encoding.</summary>
internal static class ImportSection
{
    // What stands for the kind in a compact import, after an empty name.
    private const byte GroupOfItems = 0x7F;
    private const byte GroupOfNames = 0x7E;

    /// <summary>Reads the section to its end or to the first thing that it does not know.</summary>
    public static void Read(ref WasmCursor cursor, ModuleFigures figures, TypeMembers members)
    {
        uint count = cursor.ReadU32();
        long before = figures.Imports;
        for (uint i = 0; i < count && !cursor.Failed; i++)
        {
            cursor.SkipName();
            bool isEmpty = cursor.SkipName() == 0;
            switch (cursor.Peek())
            {
                case GroupOfItems when isEmpty:
                    cursor.ReadByte();
                    for (uint items = cursor.ReadU32(); items > 0 && !cursor.Failed; items--)
                    {
                        cursor.SkipName();
                        ReadItem(ref cursor).Count(figures, members);
                    }

                    break;
                case GroupOfNames when isEmpty:
                    cursor.ReadByte();
                    var shared = ReadItem(ref cursor);
                    for (uint names = cursor.ReadU32(); names > 0 && !cursor.Failed; names--)
                    {
                        cursor.SkipName();
                        shared.Count(figures, members);
                    }

                    break;
                default:
                    ReadItem(ref cursor).Count(figures, members);
                    break;
            }
        }

        figures.Imports = Math.Max(figures.Imports, before + count);
    }

    private static Item ReadItem(ref WasmCursor cursor)
    {
        int start = cursor.Offset;
        switch (cursor.ReadByte())
        {
            case 0:
                return new Item(ExternKind.Func, cursor.ReadU32());
            case 1:
                cursor.SkipValueType();
                cursor.SkipLimits();
                return new Item(ExternKind.Table, 0);
            case 2:
                cursor.SkipLimits();
                return new Item(ExternKind.Memory, 0);
            case 3:
                cursor.SkipValueType();
                cursor.ReadByte();
                return new Item(ExternKind.Global, 0);
            case 4:
                cursor.Note(WasmFeatures.Exceptions);
                cursor.ReadByte();
                return new Item(ExternKind.Tag, cursor.ReadU32());
            case var other:
                cursor.Fail($"0x{other:x2} is not a known kind of import", start);
                return new Item(ExternKind.Func, uint.MaxValue);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Item(ExternKind Kind, uint Type)
    {
        public void Count(ModuleFigures figures, TypeMembers members)
        {
            figures.Imports++;
            switch (Kind)
            {
                case ExternKind.Func:
                    figures.Functions++;
                    members.AddFunction(Type);
                    break;
                case ExternKind.Table:
                    figures.Tables++;
                    break;
                case ExternKind.Memory:
                    figures.Memories++;
                    break;
                case ExternKind.Global:
                    figures.Globals++;
                    break;
                default:
                    figures.Tags++;
                    members.AddTag(Type);
                    break;
            }
        }
    }
}
