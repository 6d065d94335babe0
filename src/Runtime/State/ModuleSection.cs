using System.Runtime.InteropServices;

namespace WasmActors.Runtime.State;

/// <summary>One section of a module's binary.</summary>
/// <param name="Id">What it is.</param>
/// <param name="Offset">Where its contents start.</param>
/// <param name="Length">Length of its contents.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ModuleSection(byte Id, int Offset, int Length)
{
    public const byte Custom = 0;
    public const byte Type = 1;
    public const byte Import = 2;
    public const byte Function = 3;
    public const byte Table = 4;
    public const byte Memory = 5;
    public const byte Global = 6;
    public const byte Export = 7;
    public const byte Start = 8;
    public const byte Element = 9;
    public const byte Code = 10;
    public const byte Data = 11;
    public const byte DataCount = 12;
    public const byte Tag = 13;

    // The order that a binary must have them in.
    private static ReadOnlySpan<byte> Order =>
        [Type, Import, Function, Table, Memory, Tag, Global, Export, Start, Element, DataCount, Code, Data];

    /// <summary>Its place among the sections; -1 for a custom one, which may be anywhere.</summary>
    public int Rank => RankOf(Id);

    /// <summary>The place of a kind of section.</summary>
    public static int RankOf(byte id) => Order.IndexOf(id);
}
