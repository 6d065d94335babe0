using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>Reads how many members each type of a module has. Not validated.</summary>
internal static class TypeSection
{
    private const byte RecursiveGroup = 0x4E;
    private const byte FinalSubtype = 0x4F;
    private const byte Subtype = 0x50;
    private const byte Array = 0x5E;
    private const byte Struct = 0x5F;
    private const byte Func = 0x60;

    /// <summary>Reads the section to its end or to the first thing that it does not know.</summary>
    /// <returns>How many types there are, at least as many as have members.</returns>
    public static long Read(ref WasmCursor cursor, TypeMembers members) =>
        Math.Max(Count(ref cursor, members, out uint groups), groups);

    /// <summary>Reads the section as <see cref="Read"/> does.</summary>
    /// <returns>The number of types: a group may have none.</returns>
    public static long Count(ref WasmCursor cursor, TypeMembers members, out uint groups)
    {
        int bytes = cursor.Remaining;
        groups = cursor.ReadU32();
        long types = 0;
        for (uint i = 0; i < groups && !cursor.Failed; i++)
        {
            uint group = 1;
            if (cursor.Peek() == RecursiveGroup)
            {
                cursor.Note(WasmFeatures.Gc);
                cursor.ReadByte();
                group = cursor.ReadU32();
            }

            // Counted as announced, and read as far as there are bytes.
            types += group;
            for (uint k = 0; k < group && !cursor.Failed; k++)
            {
                ReadType(ref cursor, members);
            }
        }

        if (cursor.Failed)
        {
            // A member takes a byte at least.
            members.Add(new TypeShape(bytes, 0));
        }

        return types;
    }

    private static void ReadType(ref WasmCursor cursor, TypeMembers members)
    {
        if (cursor.Peek() is Subtype or FinalSubtype)
        {
            cursor.Note(WasmFeatures.Gc);
            cursor.ReadByte();
            for (uint supertypes = cursor.ReadU32(); supertypes > 0 && !cursor.Failed; supertypes--)
            {
                cursor.ReadU32();
            }
        }

        int start = cursor.Offset;
        var shape = default(TypeShape);
        switch (cursor.ReadByte())
        {
            case Func:
                int takes = SkipValueTypes(ref cursor);
                shape = new TypeShape(takes, SkipValueTypes(ref cursor));
                break;
            case Struct:
                cursor.Note(WasmFeatures.Gc);
                uint fields = cursor.ReadU32();
                shape = new TypeShape(Clamp(fields), 0);
                for (uint i = 0; i < fields && !cursor.Failed; i++)
                {
                    SkipField(ref cursor);
                }

                break;
            case Array:
                cursor.Note(WasmFeatures.Gc);
                shape = new TypeShape(1, 0);
                SkipField(ref cursor);
                break;
            case var other:
                cursor.Fail($"0x{other:x2} is not a known form of type", start);
                break;
        }

        members.Add(shape);
    }

    private static int SkipValueTypes(ref WasmCursor cursor)
    {
        uint count = cursor.ReadU32();
        for (uint i = 0; i < count && !cursor.Failed; i++)
        {
            cursor.SkipValueType();
        }

        return Clamp(count);
    }

    private static int Clamp(uint count) => (int)Math.Min(count, int.MaxValue);

    private static void SkipField(ref WasmCursor cursor)
    {
        if (cursor.Peek() is 0x77 or 0x78) // i16, i8
        {
            cursor.ReadByte();
        }
        else
        {
            cursor.SkipValueType();
        }

        cursor.ReadByte(); // mutability
    }
}
