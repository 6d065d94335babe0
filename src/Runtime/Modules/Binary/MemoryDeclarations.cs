namespace WasmActors.Runtime.Modules.Binary;

/// <summary>Collects the memories that a module defines, and the names under which it exports memories and tables.</summary>
internal sealed class MemoryDeclarations
{
    private const byte Table = 1;
    private const byte Memory = 2;
    private const int UsualPageSizeLog2 = 16;

    // More bytes than this are not told apart: sums of some stay far from the end of a long.
    private const ulong Most = 1UL << 60;

    /// <summary>Size of each defined memory at the start and at most, in bytes; the latter <see cref="long.MaxValue"/> where none is named.</summary>
    public List<(long Minimum, long Maximum)> Defined { get; } = [];

    /// <summary>A name of each exported memory, by its index among all of the module's memories.</summary>
    public Dictionary<uint, string> MemoryNames { get; } = [];

    /// <summary>A name of each exported table, by its index among all of the module's tables.</summary>
    public Dictionary<uint, string> TableNames { get; } = [];

    /// <summary>Reads a memory section; stops with the cursor failed at the first thing that it does not know.</summary>
    public void ReadMemories(ref WasmCursor cursor)
    {
        for (uint count = cursor.ReadU32(); count > 0 && !cursor.Failed; count--)
        {
            int start = cursor.Offset;
            byte flags = cursor.ReadByte();
            if (flags > 0x0F)
                cursor.Fail($"0x{flags:x2} is not a known form of memory limits", start);

            bool is64 = (flags & 0x04) != 0;
            ulong minimum = is64 ? cursor.ReadU64() : cursor.ReadU32();
            ulong? maximum = (flags & 0x01) == 0 ? null : is64 ? cursor.ReadU64() : cursor.ReadU32();
            int pageSizeLog2 = (flags & 0x08) != 0 ? (int)cursor.ReadU32() : UsualPageSizeLog2;
            if (!cursor.Failed)
                Defined.Add((Bytes(minimum, pageSizeLog2), maximum is { } most ? Bytes(most, pageSizeLog2) : long.MaxValue));
        }
    }

    /// <summary>Reads an export section, by a copy of the cursor: others say what is wrong with it.</summary>
    public void ReadExports(WasmCursor cursor)
    {
        for (uint count = cursor.ReadU32(); count > 0 && !cursor.Failed; count--)
        {
            WasmCursor atName = cursor;
            cursor.SkipName();
            byte kind = cursor.ReadByte();
            uint index = cursor.ReadU32();
            if (kind is Table or Memory && !cursor.Failed && atName.ReadName() is { } name)
                (kind == Memory ? MemoryNames : TableNames).TryAdd(index, name);
        }
    }

    internal static long Bytes(ulong pages, int pageSizeLog2) =>
        pages > Most >> Math.Clamp(pageSizeLog2, 0, UsualPageSizeLog2) ? (long)Most : (long)(pages << Math.Clamp(pageSizeLog2, 0, UsualPageSizeLog2));
}
