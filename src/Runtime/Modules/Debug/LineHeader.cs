namespace WasmActors.Runtime.Modules.Debug;

/// <summary>The header of one line program: how its instructions read, and the files that they name.</summary>
/// <remarks>DWARF 5, section 6.2.4; versions 2 to 5, in the 32-bit format, which is all that WebAssembly compilers write.</remarks>
internal sealed class LineHeader
{
    private const int MostFiles = 65_536;
    private const ulong PathContent = 1;
    private const ulong DirectoryContent = 2;

    private readonly List<string> _directories = [];

    private LineHeader()
    {
    }

    public byte MinimumInstruction { get; private set; }

    public sbyte LineBase { get; private set; }

    public byte LineRange { get; private set; }

    public byte OpcodeBase { get; private set; }

    /// <summary>How many numbers follow each standard instruction, from instruction 1.</summary>
    public byte[] OperandCounts { get; private set; } = [];

    /// <summary>The files as the program numbers them; null where a number has none.</summary>
    public List<string?> Files { get; } = [];

    /// <summary>Reads a header; the cursor is then at the first instruction.</summary>
    /// <returns>Null if it is of a version that this does not read, or damaged.</returns>
    public static LineHeader? TryRead(ref DwarfCursor unit, ReadOnlySpan<byte> strings, ReadOnlySpan<byte> lineStrings)
    {
        ushort version = unit.ReadU16();
        if (version is < 2 or > 5)
        {
            return null;
        }

        if (version == 5)
        {
            unit.ReadU16(); // sizes of addresses and of segment selectors
        }

        var part = unit.ReadPart(unit.ReadU32());
        var header = new LineHeader { MinimumInstruction = part.ReadByte() };
        if (version >= 4)
        {
            part.ReadByte(); // instructions of a bundle: 1
        }

        part.ReadByte(); // whether rows are statements from the start
        header.LineBase = (sbyte)part.ReadByte();
        header.LineRange = part.ReadByte();
        header.OpcodeBase = part.ReadByte();
        header.OperandCounts = new byte[Math.Max(0, header.OpcodeBase - 1)];
        for (int i = 0; i < header.OperandCounts.Length; i++)
        {
            header.OperandCounts[i] = part.ReadByte();
        }

        if (version == 5)
        {
            header.ReadEntries(ref part, strings, lineStrings, areFiles: false);
            header.ReadEntries(ref part, strings, lineStrings, areFiles: true);
        }
        else
        {
            header.ReadLists(ref part);
        }

        return part.Failed || header.LineRange == 0 || header.OpcodeBase == 0 ? null : header;
    }

    // Up to version 4: two lists that end with an empty name. Directory 0 is the compiler's own, and files count from 1.
    private void ReadLists(ref DwarfCursor part)
    {
        _directories.Add("");
        Files.Add(null);
        while (part.ReadText() is { Length: > 0 } directory && _directories.Count < MostFiles)
        {
            _directories.Add(directory);
        }

        while (part.ReadText() is { Length: > 0 } file && Files.Count < MostFiles)
        {
            ulong directory = part.ReadUnsigned();
            part.ReadUnsigned(); // time of the last change
            part.ReadUnsigned(); // length
            Files.Add(Join(directory, file));
        }
    }

    // Version 5: a description of the fields, then the entries. Both count from 0.
    private void ReadEntries(ref DwarfCursor part, ReadOnlySpan<byte> strings, ReadOnlySpan<byte> lineStrings, bool areFiles)
    {
        var fields = new (ulong Content, ulong Form)[part.ReadByte()];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = (part.ReadUnsigned(), part.ReadUnsigned());
        }

        ulong count = part.ReadUnsigned();
        for (ulong n = 0; n < count && n < MostFiles && !part.Failed; n++)
        {
            string name = "";
            ulong directory = 0;
            foreach (var (content, form) in fields)
            {
                var (text, number) = ReadForm(ref part, form, strings, lineStrings);
                name = content == PathContent ? text : name;
                directory = content == DirectoryContent ? number : directory;
            }

            if (areFiles)
            {
                Files.Add(Join(directory, name));
            }
            else
            {
                _directories.Add(name);
            }
        }
    }

    // The forms of DWARF 5, section 7.5.6, that section 6.2.4.1 allows here.
    private static (string Text, ulong Number) ReadForm(ref DwarfCursor part, ulong form, ReadOnlySpan<byte> strings, ReadOnlySpan<byte> lineStrings)
    {
        switch (form)
        {
            case 0x08: // string
                return (part.ReadText(), 0);
            case 0x0e: // strp
                return (TextAt(strings, part.ReadU32()), 0);
            case 0x1f: // line_strp
                return (TextAt(lineStrings, part.ReadU32()), 0);
            case 0x0b: // data1
                return ("", part.ReadByte());
            case 0x05: // data2
                return ("", part.ReadU16());
            case 0x06: // data4
                return ("", part.ReadU32());
            case 0x07: // data8
                return ("", part.ReadU32() | ((ulong)part.ReadU32() << 32));
            case 0x0f: // udata
                return ("", part.ReadUnsigned());
            case 0x1e: // data16
                part.ReadPart(16);
                return ("", 0);
            case 0x09: // block
                part.ReadPart(part.ReadUnsigned());
                return ("", 0);
            default:
                part.ReadPart(ulong.MaxValue); // of unknown length: nothing after it can be read
                return ("", 0);
        }
    }

    private static string TextAt(ReadOnlySpan<byte> strings, uint offset) =>
        offset < (uint)strings.Length ? new DwarfCursor(strings[(int)offset..]).ReadText() : "";

    private string Join(ulong directory, string file) =>
        file.StartsWith('/') || directory >= (ulong)_directories.Count || _directories[(int)directory].Length == 0
            ? file
            : $"{_directories[(int)directory]}/{file}";
}
