namespace WasmActors.Runtime.Modules.Binary;

/// <summary>
/// What a module's binary says and Wasmtime's API does not give: custom sections, the module's own name, the memories and tables
/// that it does not export, and the limits of tables (Wasmtime ends the process when asked for more than 32 bits of them).
/// </summary>
internal sealed class ModuleBinary
{
    private const byte CustomId = 0;
    private const byte TypeId = 1;
    private const byte ImportId = 2;
    private const byte TableId = 4;
    private const byte MemoryId = 5;
    private const byte ExportId = 7;
    private const byte StartId = 8;
    private const byte CodeId = 10;
    private const byte TagId = 13;

    private readonly List<CustomSection> _customSections = [];
    private readonly TableDeclarations _tables = new();

    private ModuleBinary()
    {
    }

    private static ReadOnlySpan<byte> Preamble => [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00];

    /// <summary>The custom sections in the order of the binary.</summary>
    public IReadOnlyList<CustomSection> CustomSections => _customSections;

    /// <summary>The name that the module gives itself in its name section, or null. The guest chose it.</summary>
    public string? Name { get; private set; }

    /// <summary>Whether its types tell that its functions can hold references into the guest's heap.</summary>
    public bool UsesGuestHeap { get; private set; }

    /// <summary>Limits of imported tables, by their ordinal among all of the module's imports, from zero.</summary>
    public IReadOnlyDictionary<int, TableLimits> ImportedTables => _tables.Imported;

    /// <summary>Limits of the tables that it defines.</summary>
    public IEnumerable<TableLimits> DefinedTables => _tables.Defined;

    /// <summary>The memories that it defines, and the names of what it exports.</summary>
    public MemoryDeclarations Memories { get; } = new();

    /// <summary>Where the contents of its code section start, in bytes from the start of the binary; null where it has none.</summary>
    public long? CodeOffset { get; private set; }

    /// <summary>Whether it has a start function.</summary>
    public bool HasStart { get; private set; }

    /// <summary>Limits of exported tables by export name.</summary>
    public IReadOnlyDictionary<string, TableLimits> ExportedTables => _tables.Exported;

    /// <summary>Reads a module in one pass. Never throws; does not validate.</summary>
    /// <param name="wasm">The module's binary; not kept.</param>
    /// <param name="result">
    /// What was read. Null when this is no WebAssembly module at all; after any other problem it holds everything
    /// that could be read in spite of it: a section that cannot be read to its end does not hide those after it.
    /// </param>
    /// <param name="problem">The first thing that could not be read, with its offset in bytes, or null.</param>
    /// <returns>True when everything was read.</returns>
    public static bool TryRead(ReadOnlySpan<byte> wasm, out ModuleBinary? result, out string? problem)
    {
        if (!wasm.StartsWith(Preamble))
        {
            result = null;
            problem = "offset 0 (module): does not start with the header of a WebAssembly module (00 61 73 6d 01 00 00 00)";
            return false;
        }

        result = new ModuleBinary();
        problem = null;
        var cursor = new WasmCursor(wasm, 0, "module");
        cursor.ReadBytes((uint)Preamble.Length);
        while (cursor.Remaining > 0)
        {
            byte id = cursor.ReadByte();
            uint length = cursor.ReadU32();
            WasmCursor section = cursor.ReadPart(length, SectionName(id));
            if (!cursor.Failed)
                result.ReadSection(id, ref section);

            problem ??= section.Problem ?? cursor.Problem;
        }

        return problem is null;
    }

    private static string SectionName(byte id) => id switch
    {
        CustomId => "custom section",
        ImportId => "import section",
        TableId => "table section",
        MemoryId => "memory section",
        ExportId => "export section",
        _ => "another section",
    };

    private void ReadSection(byte id, ref WasmCursor section)
    {
        switch (id)
        {
            case CustomId:
                ReadCustomSection(ref section);
                break;
            case TypeId:
                UsesGuestHeap |= HeapUse.IsIn(section);
                break;
            case TagId:
                UsesGuestHeap = true;
                break;
            case ImportId:
                _tables.ReadImports(ref section);
                break;
            case TableId:
                _tables.ReadTables(ref section);
                break;
            case MemoryId:
                Memories.ReadMemories(ref section);
                break;
            case CodeId:
                CodeOffset = section.Offset;
                break;
            case StartId:
                HasStart = true;
                break;
            case ExportId:
                Memories.ReadExports(section);
                _tables.ReadExports(ref section);
                break;
            default:
                break;
        }
    }

    private void ReadCustomSection(ref WasmCursor section)
    {
        if (section.ReadName() is not { } name)
            return;

        _customSections.Add(new CustomSection(name, section.Offset, section.Remaining));
        if (string.Equals(name, "name", StringComparison.Ordinal))
            ReadNames(section);
    }

    // By a copy of the cursor: a module is valid whatever its name section holds, so nothing in it is a problem.
    private void ReadNames(WasmCursor section)
    {
        while (section.Remaining > 0)
        {
            byte id = section.ReadByte();
            WasmCursor part = section.ReadPart(section.ReadU32(), "name section");
            if (id == 0 && part.ReadName() is { } name && part.Remaining == 0)
                Name = name;
        }
    }
}
