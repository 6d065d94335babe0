namespace WasmActors.Guests.Hostile;

/// <summary>Small modules that cost much to compile, each family for any size. Always the same bytes for the same figures.</summary>
public static partial class CompileBombs
{
    private const byte I32 = 0x7F;
    private const byte V128 = 0x7B;
    private const byte End = 0x0B;

    /// <summary>Very many functions that add two numbers.</summary>
    public static byte[] TinyFunctions(int functions) => Module(
        Section(1, Vector(1, [0x60, 2, I32, I32, 1, I32])),
        Section(3, Vector(functions, [0])),
        Section(10, Vector(functions, Body([0x00, 0x20, 0x00, 0x20, 0x01, 0x6A, End]))));

    /// <summary>One function with many locals that many loops write and read.</summary>
    public static byte[] LocalsTimesLoops(int locals, int loops)
    {
        var code = new List<byte> { 0x01 };
        Leb(code, locals);
        code.Add(I32);
        for (int i = 0; i < loops; i++)
        {
            code.AddRange([0x03, 0x40, 0x20]); // loop, local.get
            Leb(code, i % locals);
            code.AddRange([0x41, 0x01, 0x6A, 0x21]); // + 1, local.set
            Leb(code, (i + 1) % locals);
            code.AddRange([0x20, 0x00, 0x0D, 0x00, End]); // br_if
        }

        code.Add(End);
        return OneFunction([0x60, 0, 0], [.. code]);
    }

    /// <summary>One function of blocks within blocks.</summary>
    public static byte[] DeepNesting(int depth)
    {
        var code = new List<byte> { 0x01, 0x02, I32 };
        for (int i = 0; i < depth; i++)
        {
            code.AddRange([0x02, 0x40]);
        }

        for (int i = 0; i < depth; i++)
        {
            code.AddRange([0x20, 0x00, 0x0D]);
            Leb(code, Math.Min(i, depth - i));
            code.AddRange([0x20, 0x01, 0x41, 0x01, 0x6A, 0x21, 0x01, End]);
        }

        code.Add(End);
        return OneFunction([0x60, 0, 0], [.. code]);
    }

    /// <summary>Branch tables with many targets each, into blocks that hand values on.</summary>
    public static byte[] BranchTables(int tables, int targets, int blocks)
    {
        var code = new List<byte> { 0x01, 0x01, I32 };
        for (int i = 0; i < blocks; i++)
        {
            code.AddRange([0x02, 0x40]);
        }

        for (int table = 0; table < tables; table++)
        {
            code.AddRange([0x02, 0x40, 0x20, 0x00, 0x0E]);
            Leb(code, targets);
            for (int i = 0; i < targets; i++)
            {
                Leb(code, (i * 7 + table) % (blocks + 1));
            }

            code.AddRange([0x00, End]);
        }

        code.AddRange(Enumerable.Repeat(End, blocks + 1));
        return OneFunction([0x60, 0, 0], [.. code]);
    }

    /// <summary>One function of nothing but additions.</summary>
    public static byte[] LongBody(int additions)
    {
        var code = new List<byte> { 0x00 };
        code.AddRange([0x20, 0x00]);
        for (int i = 0; i < additions; i++)
        {
            code.AddRange([0x20, 0x01, 0x6A, 0x20, 0x00, 0x6C]);
        }

        code.Add(End);
        return OneFunction([0x60, 2, I32, I32, 1, I32], [.. code]);
    }

    /// <summary>One function of vector instructions whose values all stay alive.</summary>
    public static byte[] VectorBody(int vectors)
    {
        var code = new List<byte> { 0x00 };
        for (int i = 0; i < vectors; i++)
        {
            code.AddRange([0x20, 0x00, 0x20, 0x01, 0xFD, 0x0D]); // i8x16.shuffle
            for (int lane = 0; lane < 16; lane++)
            {
                code.Add((byte)((i * 5 + lane * 3) % 32));
            }
        }

        for (int i = 1; i < vectors; i++)
        {
            code.AddRange([0xFD, 0x6E]); // i8x16.add
        }

        code.Add(End);
        return OneFunction([0x60, 2, V128, V128, 1, V128], [.. code]);
    }

    /// <summary>One function with calls of another that takes and gives very many values.</summary>
    public static byte[] WideCalls(int values, int calls)
    {
        var (type, code) = Wide(values);

        for (int i = 0; i < calls; i++)
        {
            code.AddRange([0x10, 0x00]);
        }

        code.Add(End);
        return OneFunction([.. type], [.. code]);
    }

    /// <summary>One function with blocks that take and give very many values each.</summary>
    public static byte[] WideBlocks(int values, int blocks)
    {
        var (type, code) = Wide(values);

        for (int i = 0; i < blocks; i++)
        {
            code.AddRange([0x03, 0x00, 0x20, 0x00, 0x0D, 0x00, End]); // loop of the type, br_if to its start
        }

        code.Add(End);
        return OneFunction([.. type], [.. code]);
    }

    /// <summary>One function that makes very many structs with many fields each, in three bytes.</summary>
    public static byte[] WideStructs(int fields, int structs)
    {
        var type = new List<byte> { 0x5F };
        Leb(type, fields);
        for (int i = 0; i < fields; i++)
        {
            type.AddRange([0x7E, 0x01]);
        }

        var code = new List<byte> { 0x00 };
        for (int i = 0; i < structs; i++)
        {
            code.AddRange([0xFB, 0x01, 0x00, 0x1A]);
        }

        code.Add(End);
        return Module(
            Section(1, [2, .. type, 0x60, 0, 0]),
            Section(3, [1, 1]),
            Section(10, Vector(1, Body([.. code]))));
    }

    /// <summary>One function that keeps many values on its stack across many loops.</summary>
    public static byte[] LiveAcrossLoops(int values, int loops)
    {
        var code = new List<byte> { 0x00 };
        for (int i = 0; i < values; i++)
        {
            code.AddRange([0x20, 0x00, 0x28, 0x02]); // i32.load
            Leb(code, i * 4);
        }

        for (int i = 0; i < loops; i++)
        {
            code.AddRange([0x03, 0x40, 0x20, 0x00, 0x28, 0x02]);
            Leb(code, i * 4);
            code.AddRange([0x0D, 0x00, End]);
        }

        code.AddRange(Enumerable.Repeat((byte)0x6A, values - 1));
        code.Add(End);
        return Module(
            Section(1, Vector(1, [0x60, 1, I32, 1, I32])),
            Section(3, [1, 0]),
            Section(5, [1, 0, 1]),
            Section(10, Vector(1, Body([.. code]))));
    }

    // The type of a function that takes and gives so many values, and the beginning of its body: it pushes them all.
    private static (List<byte> Type, List<byte> Code) Wide(int values)
    {
        var type = new List<byte> { 0x60 };
        var code = new List<byte> { 0x00 };
        for (int side = 0; side < 2; side++)
        {
            Leb(type, values);
            type.AddRange(Enumerable.Repeat(I32, values));
        }

        for (int i = 0; i < values; i++)
        {
            code.Add(0x20);
            Leb(code, i);
        }

        return (type, code);
    }
}
