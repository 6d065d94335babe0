namespace WasmActors.Guests.Hostile;

/// <summary>Those that have no code.</summary>
public static partial class CompileBombs
{
    /// <summary>Struct types that each refer to the one before, every so many a subtype of the last, in groups that refer to one another.</summary>
    public static byte[] TypeChains(int groups, int types)
    {
        var section = new List<byte>();
        Leb(section, groups);
        int index = 0;
        for (int group = 0; group < groups; group++)
        {
            section.Add(0x4E);
            Leb(section, types);
            for (int i = 0; i < types; i++, index++)
            {
                bool extends = index > 0 && index % 60 != 0;
                section.Add(0x50);
                section.Add(extends ? (byte)1 : (byte)0);
                if (extends)
                {
                    Leb(section, index - 1);
                }

                section.AddRange([0x5F]);
                int fields = extends ? (index % 60) + 1 : 1;
                Leb(section, fields);
                for (int field = 0; field < fields; field++)
                {
                    section.AddRange([0x63]);
                    SignedLeb(section, index / 60 * 60);
                    section.Add(0x00);
                }
            }
        }

        return Module(Section(1, [.. section]));
    }

    /// <summary>Memories with a byte at either end of 16 MiB each: images of nothing.</summary>
    public static byte[] SparseMemories(int memories)
    {
        var types = new List<byte>();
        var data = new List<byte>();
        Leb(types, memories);
        Leb(data, memories * 2);
        for (int i = 0; i < memories; i++)
        {
            types.AddRange([0x00, 0x80, 0x02]); // 256 pages
            foreach (int at in (ReadOnlySpan<int>)[0, (16 << 20) - 8])
            {
                data.Add(0x02);
                Leb(data, i);
                data.Add(0x41);
                SignedLeb(data, at);
                data.AddRange([End, 1, 0x2A]);
            }
        }

        return Module(Section(5, [.. types]), Section(11, [.. data]));
    }

    /// <summary>One piece of data.</summary>
    public static byte[] LargeData(int bytes)
    {
        var data = new List<byte> { 1, 0x00, 0x41, 0x00, End };
        Leb(data, bytes);
        data.AddRange(Enumerable.Range(0, bytes).Select(static i => (byte)(i * 31)));
        int pages = (bytes / 65536) + 1;
        var memory = new List<byte> { 1, 0 };
        Leb(memory, pages);
        return Module(Section(5, [.. memory]), Section(11, [.. data]));
    }

    /// <summary>Custom sections.</summary>
    public static byte[] CustomSections(int sections, int bytes) =>
        Module([.. Enumerable.Repeat(Section(0, [1, (byte)'x', .. new byte[bytes]]), sections)]);

    /// <summary>Function types, imported functions, globals and exports.</summary>
    public static byte[] Declarations(int types, int imports, int globals, int exports)
    {
        var typeSection = new List<byte>();
        Leb(typeSection, types);
        for (int i = 0; i < types; i++)
        {
            // All different: the parameters are the digits of the number.
            typeSection.AddRange([0x60, 12]);
            for (int bit = 0; bit < 12; bit++)
            {
                typeSection.Add((byte)(I32 - ((i >> (2 * bit)) & 3)));
            }

            typeSection.Add(0);
        }

        var importSection = new List<byte>();
        Leb(importSection, imports);
        for (int i = 0; i < imports; i++)
        {
            importSection.AddRange([1, (byte)'m', 1, (byte)'f', 0x00]);
            Leb(importSection, i % types);
        }

        var globalSection = new List<byte>();
        Leb(globalSection, globals);
        for (int i = 0; i < globals; i++)
        {
            globalSection.AddRange([I32, 0x01, 0x41, 0x07, End]);
        }

        var exportSection = new List<byte>();
        Leb(exportSection, exports);
        for (int i = 0; i < exports; i++)
        {
            exportSection.AddRange([5, .. System.Text.Encoding.ASCII.GetBytes(i.ToString("x5")), 0x00]);
            Leb(exportSection, i % imports);
        }

        return Module(Section(1, [.. typeSection]), Section(2, [.. importSection]), Section(6, [.. globalSection]), Section(7, [.. exportSection]));
    }
}
