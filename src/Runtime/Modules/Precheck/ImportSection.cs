using System.Runtime.InteropServices;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>Counts or lists what a module imports, in the plain and in the compact encoding.</summary>
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
                    cursor.Note(ModuleTraits.CompactImports);
                    cursor.ReadByte();
                    for (uint items = cursor.ReadU32(); items > 0 && !cursor.Failed; items--)
                    {
                        cursor.SkipName();
                        ReadItem(ref cursor).Count(figures, members);
                    }

                    break;
                case GroupOfNames when isEmpty:
                    cursor.Note(ModuleTraits.CompactImports);
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

    /// <summary>Lists the imports up to the end of the section or to the first thing that is not known.</summary>
    public static void List(ref WasmCursor cursor, List<OutlineItem> imports)
    {
        for (uint count = cursor.ReadU32(); count > 0 && !cursor.Failed; count--)
        {
            string module = cursor.ReadName() ?? "";
            string name = cursor.ReadName() ?? "";
            switch (cursor.Peek())
            {
                case GroupOfItems when name.Length == 0:
                    cursor.ReadByte();
                    for (uint items = cursor.ReadU32(); items > 0 && !cursor.Failed; items--)
                    {
                        name = cursor.ReadName() ?? "";
                        Add(ReadItem(ref cursor), ref cursor);
                    }

                    break;
                case GroupOfNames when name.Length == 0:
                    cursor.ReadByte();
                    var shared = ReadItem(ref cursor);
                    for (uint names = cursor.ReadU32(); names > 0 && !cursor.Failed; names--)
                    {
                        name = cursor.ReadName() ?? "";
                        Add(shared, ref cursor);
                    }

                    break;
                default:
                    Add(ReadItem(ref cursor), ref cursor);
                    break;
            }

            void Add(Item item, ref WasmCursor at)
            {
                if (!at.Failed)
                {
                    imports.Add(new OutlineItem(module, name, item.Kind));
                }
            }
        }
    }

    /// <summary>The kind that a byte of the binary stands for; null for none that is known.</summary>
    public static ExternKind? KindOf(byte kind) => kind switch
    {
        0 => ExternKind.Func,
        1 => ExternKind.Table,
        2 => ExternKind.Memory,
        3 => ExternKind.Global,
        4 => ExternKind.Tag,
        _ => null,
    };

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
