namespace WasmActors.Runtime.Modules.Binary;

/// <summary>Collects the limits of a module's imported and exported tables from the three sections that declare them.</summary>
/// <remarks>
/// Feed the sections in the order of the binary. Once one of them could not be read to its end, the indices of later
/// tables are unknown: exports of those are left out rather than guessed.
/// </remarks>
internal sealed class TableDeclarations
{
    private const byte Func = 0;
    private const byte Table = 1;
    private const byte Memory = 2;
    private const byte Global = 3;
    private const byte Tag = 4;

    // What stands for the kind in a compact import, after an empty name.
    private const byte GroupOfItems = 0x7F;
    private const byte GroupOfNames = 0x7E;

    private readonly List<TableLimits> _tables = [];
    private int _importCount;
    private bool _indicesUnknown;

    /// <summary>Limits of imported tables, by their ordinal among all of the module's imports, from zero.</summary>
    public Dictionary<int, TableLimits> Imported { get; } = [];

    /// <summary>Limits of the tables that the module defines itself.</summary>
    public IEnumerable<TableLimits> Defined => _tables.Skip(Imported.Count);

    /// <summary>Limits of exported tables by export name.</summary>
    public Dictionary<string, TableLimits> Exported { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads an import section; stops with the cursor failed at the first thing that it does not know.</summary>
    public void ReadImports(ref WasmCursor cursor)
    {
        uint count = cursor.ReadU32();
        for (uint i = 0; i < count && !cursor.Failed; i++)
        {
            cursor.SkipName();
            bool isEmpty = cursor.SkipName() == 0;
            switch (cursor.Peek())
            {
                case GroupOfItems when isEmpty:
                    ReadImportItems(ref cursor);
                    break;
                case GroupOfNames when isEmpty:
                    ReadImportNames(ref cursor);
                    break;
                default:
                    AddImport(ReadImportType(ref cursor), cursor.Failed);
                    break;
            }
        }

        _indicesUnknown |= cursor.Failed;
    }

    /// <summary>Reads a table section; stops with the cursor failed at the first thing that it does not know.</summary>
    public void ReadTables(ref WasmCursor cursor)
    {
        uint count = cursor.ReadU32();
        for (uint i = 0; i < count && !cursor.Failed; i++)
        {
            bool hasInitialValue = cursor.Peek() == 0x40;
            if (hasInitialValue)
            {
                cursor.ReadByte();
                int start = cursor.Offset;
                if (cursor.ReadByte() != 0)
                    cursor.Fail("the table's encoding is not known", start);
            }

            TableLimits limits = ReadTableType(ref cursor);
            if (cursor.Failed)
                return;

            _tables.Add(limits);
            if (hasInitialValue)
                ConstantExpression.Skip(ref cursor);
        }
    }

    /// <summary>Reads an export section; stops with the cursor failed at the first thing that it does not know.</summary>
    public void ReadExports(ref WasmCursor cursor)
    {
        uint count = cursor.ReadU32();
        for (uint i = 0; i < count && !cursor.Failed; i++)
        {
            int start = cursor.Offset;
            WasmCursor atName = cursor;
            cursor.SkipName();
            byte kind = cursor.ReadByte();
            uint index = cursor.ReadU32();
            if (kind != Table || cursor.Failed || _indicesUnknown || index >= (uint)_tables.Count)
                continue;

            if (atName.ReadName() is { } name)
                Exported[name] = _tables[(int)index];
            else
                cursor.Fail("a name is not valid UTF-8", start);
        }
    }

    // One module name, then items of a name and a type each.
    private void ReadImportItems(ref WasmCursor cursor)
    {
        cursor.ReadByte();
        uint count = cursor.ReadU32();
        for (uint i = 0; i < count && !cursor.Failed; i++)
        {
            cursor.SkipName();
            AddImport(ReadImportType(ref cursor), cursor.Failed);
        }
    }

    // One module name and one type, then names.
    private void ReadImportNames(ref WasmCursor cursor)
    {
        cursor.ReadByte();
        TableLimits? table = ReadImportType(ref cursor);
        uint count = cursor.ReadU32();
        for (uint i = 0; i < count && !cursor.Failed; i++)
        {
            cursor.SkipName();
            AddImport(table, cursor.Failed);
        }
    }

    private void AddImport(TableLimits? table, bool failed)
    {
        if (failed)
            return;

        if (table is { } limits)
        {
            Imported.Add(_importCount, limits);
            _tables.Add(limits);
        }

        _importCount++;
    }

    private static TableLimits? ReadImportType(ref WasmCursor cursor)
    {
        int start = cursor.Offset;
        switch (cursor.ReadByte())
        {
            case Func:
                cursor.ReadU32();
                break;
            case Table:
                return ReadTableType(ref cursor);
            case Memory:
                SkipMemoryType(ref cursor);
                break;
            case Global:
                cursor.SkipValueType();
                cursor.ReadByte();
                break;
            case Tag:
                cursor.ReadByte();
                cursor.ReadU32();
                break;
            case var other:
                cursor.Fail($"0x{other:x2} is not a known kind of import", start);
                break;
        }

        return null;
    }

    private static TableLimits ReadTableType(ref WasmCursor cursor)
    {
        cursor.SkipValueType();
        int start = cursor.Offset;
        byte flags = cursor.ReadByte();
        if (flags > 0x07)
            cursor.Fail($"0x{flags:x2} is not a known form of table limits", start);

        return ReadLimits(ref cursor, flags);
    }

    private static void SkipMemoryType(ref WasmCursor cursor)
    {
        int start = cursor.Offset;
        byte flags = cursor.ReadByte();
        if (flags > 0x0F)
            cursor.Fail($"0x{flags:x2} is not a known form of memory limits", start);

        ReadLimits(ref cursor, flags);
        if ((flags & 0x08) != 0) // page size of its own
            cursor.ReadU32();
    }

    private static TableLimits ReadLimits(ref WasmCursor cursor, byte flags)
    {
        bool is64 = (flags & 0x04) != 0;
        ulong minimum = is64 ? cursor.ReadU64() : cursor.ReadU32();
        ulong? maximum = (flags & 0x01) == 0 ? null : is64 ? cursor.ReadU64() : cursor.ReadU32();
        return new TableLimits(minimum, maximum, is64);
    }
}
