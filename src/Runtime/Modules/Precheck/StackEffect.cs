namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>
/// How many values more an instruction leaves than it finds. Where that is not looked up it is told as too few rather than too
/// many, so that no module is refused for what it does not do.
/// </summary>
internal static class StackEffect
{
    private static readonly sbyte[] s_plain = Plain();

    /// <summary>Of an instruction of one byte that names no type.</summary>
    public static int Of(byte instruction) => s_plain[instruction];

    /// <summary>Of an instruction behind 0xfb that has no type to be looked up.</summary>
    public static int OfHeap(uint instruction) => instruction switch
    {
        1 => 1, // struct.new_default
        5 => -2, // struct.set
        6 or 9 or 10 or (>= 11 and <= 13) => -1, // array: new, new_data, new_elem, get
        14 => -3, // array.set
        16 or 18 or 19 => -4, // array: fill, init_data, init_elem
        17 => -5, // array.copy
        _ => 0,
    };

    /// <summary>Of an instruction behind 0xfc.</summary>
    public static int OfBulk(uint instruction) => instruction switch
    {
        8 or 10 or 11 or 12 or 14 or 17 => -3, // init, copy, fill
        15 => -1, // table.grow
        16 => 1, // table.size
        19 or 20 => -2, // 128 bits: add, sub
        _ => 0,
    };

    /// <summary>Of a vector instruction, behind 0xfd.</summary>
    public static int OfVector(uint instruction) => instruction switch
    {
        12 => 1, // v128.const
        <= 10 or 92 or 93 => 0, // loads
        11 or 82 or (>= 88 and <= 91) or (>= 261 and <= 268) => -2, // stores, and what takes three vectors
        >= 15 and <= 20 => 0, // splats
        _ => -1, // two vectors; fewer in truth where there is one
    };

    /// <summary>Of an atomic instruction, behind 0xfe.</summary>
    public static int OfAtomic(uint instruction) => instruction switch
    {
        3 or (>= 0x10 and <= 0x16) => 0, // fence, loads
        1 or 2 or (>= 0x17 and <= 0x1D) or >= 0x48 => -2, // waits, stores, compare and exchange
        _ => -1,
    };

    private static sbyte[] Plain()
    {
        sbyte[] effects = new sbyte[256];
        Set(1, [0x20, 0x23, 0x3F, 0xD0, 0xD2], (0x41, 0x44)); // local.get, global.get, memory.size, ref.null, ref.func, constants
        Set(-1, [0x1A, 0x21, 0x24, 0xD3], (0x46, 0x4F), (0x51, 0x66), (0x6A, 0x78), (0x7C, 0x8A), (0x92, 0x98), (0xA0, 0xA6)); // drop, set, ref.eq, and what takes two numbers
        Set(-2, [0x1B, 0x1C, 0x26], (0x36, 0x3E)); // select, table.set, stores
        return effects;

        void Set(sbyte effect, ReadOnlySpan<byte> instructions, params ReadOnlySpan<(int First, int Last)> ranges)
        {
            foreach (byte instruction in instructions)
            {
                effects[instruction] = effect;
            }

            foreach (var (first, last) in ranges)
            {
                effects.AsSpan(first, last - first + 1).Fill(effect);
            }
        }
    }
}
