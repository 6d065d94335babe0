using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Runtime.State;

/// <summary>Rewrites modules so that the whole state of their instances can be read and written from outside.</summary>
/// <remarks>
/// The rewritten module exports its memories, tables and mutable globals under names that start with <c>$wa.</c>. Its
/// start function is no longer executed by the instantiation: call the export <see cref="Start"/>. Everything else
/// behaves as before. Names and debug information remain valid.
/// </remarks>
public static class StateRewriter
{
    /// <summary>The export that the module's start function becomes. A module without a start function does not have
    /// it.</summary>
    public const string Start = "$wa.start";

    private const byte FuncKind = 0;
    private const byte TableKind = 1;
    private const byte MemoryKind = 2;
    private const byte GlobalKind = 3;

    // An i32 that is mutable and starts at 0.
    private static ReadOnlySpan<byte> DropGlobal => [0x7F, 0x01, 0x41, 0x00, 0x0B];

    // A function without parameters and results.
    private static ReadOnlySpan<byte> DropType => [0x60, 0x00, 0x00];

    /// <summary>Returns whether an export belongs to the rewritten form and not to the module itself. Do not list it,
    /// and do not let callers from outside call it.</summary>
    public static bool IsHidden(string export)
    {
        ArgumentNullException.ThrowIfNull(export);
        return export.StartsWith(HiddenExports.Prefix, StringComparison.Ordinal);
    }

    /// <summary>Rewrites a module.</summary>
    /// <param name="binary">The module in the binary format. It is not validated; compiling the result does
    /// that.</param>
    /// <returns>The rewritten module.</returns>
    /// <exception cref="WasmError"><c>state.unsupported</c>: the module has state that cannot be saved (a
    /// garbage-collected heap, references other than functions, imported or shared memories, imported tables,
    /// imported mutable globals); <c>module.invalid</c>: it cannot be read.</exception>
    public static byte[] Rewrite(ReadOnlyMemory<byte> binary)
    {
        var module = DurableModule.Read(binary.ToArray());
        var droppable = module.Code.Droppable();
        var output = new ByteWriter(module.Wasm.Length + 4096);
        output.Bytes(module.Wasm.AsSpan(0, 8));
        foreach (var section in Ordered(module, droppable.Count > 0))
        {
            var contents = new ByteWriter(section.Length + 256);
            Write(contents, module, section, droppable);
            Append(output, section.Id, contents.Written);
        }

        var mark = new ByteWriter();
        Name(mark, HiddenExports.Mark);
        mark.Byte(1);
        Append(output, ModuleSection.Custom, mark.Written);
        return output.ToArray();
    }

    // All sections but the start, with those that have to be added: each behind the last section that must come
    // before it.
    private static List<ModuleSection> Ordered(DurableModule module, bool addsDrops)
    {
        var sections = module.Sections.FindAll(static s => s.Id != ModuleSection.Start);
        byte[] needed = addsDrops
            ? [ModuleSection.Type, ModuleSection.Function, ModuleSection.Global, ModuleSection.Export]
            : [ModuleSection.Export];
        foreach (byte id in needed)
        {
            if (!sections.Exists(s => s.Id == id))
            {
                int before = sections.FindLastIndex(s => s.Rank >= 0 && s.Rank < ModuleSection.RankOf(id));
                sections.Insert(before + 1, new ModuleSection(id, 0, 0));
            }
        }

        return sections;
    }

    private static void Write(
        ByteWriter output,
        DurableModule module,
        ModuleSection section,
        List<DroppableSegment> droppable)
    {
        uint drops = (uint)droppable.Count;
        switch (section.Id)
        {
            case ModuleSection.Type when drops > 0:
                BeginLonger(output, module, section, 1);
                output.Bytes(DropType);
                break;
            case ModuleSection.Function when drops > 0:
                BeginLonger(output, module, section, drops);
                for (uint i = 0; i < drops; i++)
                {
                    output.Number(module.Types);
                }

                break;
            case ModuleSection.Global when drops > 0:
                BeginLonger(output, module, section, drops);
                for (uint i = 0; i < drops; i++)
                {
                    output.Bytes(DropGlobal);
                }

                break;
            case ModuleSection.Export:
                var exports = Exports(module, drops);
                BeginLonger(output, module, section, (uint)exports.Count);
                foreach (var (name, kind, index) in exports)
                {
                    Name(output, name);
                    output.Byte(kind);
                    output.Number(index);
                }

                break;
            case ModuleSection.Code when drops > 0:
                WriteBodies(output, module, droppable);
                break;
            default:
                output.Bytes(module.Wasm.AsSpan(section.Offset, section.Length));
                break;
        }
    }

    private static List<(string Name, byte Kind, uint Index)> Exports(DurableModule module, uint drops)
    {
        var exports = new List<(string Name, byte Kind, uint Index)>();
        var declared = module.Declarations;
        for (uint i = 0; i < declared.Memories; i++)
        {
            exports.Add(($"{HiddenExports.Memory}{i}", MemoryKind, i));
        }

        for (uint i = 0; i < declared.Tables; i++)
        {
            bool changes = module.Code.ChangedTables.Contains(i);
            exports.Add(($"{(changes ? HiddenExports.Table : HiddenExports.ConstantTable)}{i}", TableKind, i));
        }

        for (int i = 0; i < declared.Globals.Count; i++)
        {
            if (declared.Globals[i].IsMutable)
            {
                exports.Add(($"{HiddenExports.Global}{i}", GlobalKind, (uint)i));
            }
        }

        if (module.Code.ChangedTables.Count > 0 || declared.HasFunctionGlobals)
        {
            var functions = module.Code.References.Functions;
            exports.AddRange(functions.Select(static i => ($"{HiddenExports.Function}{i}", FuncKind, i)));
        }

        for (uint i = 0; i < drops; i++)
        {
            exports.Add(($"{HiddenExports.Dropped}{i}", GlobalKind, module.Globals + i));
            exports.Add(($"{HiddenExports.Drop}{i}", FuncKind, module.Functions + i));
        }

        if (module.Start is { } start)
        {
            exports.Add((Start, FuncKind, start));
        }

        return exports;
    }

    // Each instruction that drops a segment becomes a call of the function that drops it and notes that. A call that
    // is as long
    // as the instruction leaves all offsets of debug information as they were.
    private static void WriteBodies(ByteWriter output, DurableModule module, List<DroppableSegment> droppable)
    {
        output.Number((ulong)(module.Code.Bodies.Count + droppable.Count));
        var body = new ByteWriter(4096);
        int next = 0;
        foreach (var (offset, length) in module.Code.Bodies)
        {
            body.Clear();
            int done = offset;
            for (; next < module.Code.Drops.Count && module.Code.Drops[next].Offset < offset + length; next++)
            {
                var drop = module.Code.Drops[next];
                body.Bytes(module.Wasm.AsSpan(done, drop.Offset - done));
                WriteCall(body, module.Functions + (uint)droppable.IndexOf(drop.Segment), drop.Length);
                done = drop.Offset + drop.Length;
            }

            body.Bytes(module.Wasm.AsSpan(done, offset + length - done));
            output.Number((ulong)body.Length);
            output.Bytes(body.Written);
        }

        for (int i = 0; i < droppable.Count; i++)
        {
            body.Clear();
            body.Byte(0); // no locals
            body.Bytes([0xFC, (byte)(droppable[i].IsElement ? 13 : 9)]);
            body.Number(droppable[i].Segment);
            body.Bytes([0x41, 0x01, 0x24]); // i32.const 1, global.set
            body.Number(module.Globals + (uint)i);
            body.Byte(0x0B); // end
            output.Number((ulong)body.Length);
            output.Bytes(body.Written);
        }
    }

    private static void WriteCall(ByteWriter body, uint function, int length)
    {
        const int longest = 5;
        int number = Math.Clamp(length - 1, ByteWriter.LengthOf(function), longest);
        body.Byte(0x10); // call
        body.Number(function, number);
        for (int i = number + 1; i < length; i++)
        {
            body.Byte(0x01); // nop
        }
    }

    // A vector's count, raised, and the items that it has.
    private static void BeginLonger(ByteWriter output, DurableModule module, ModuleSection section, uint more)
    {
        if (section.Length == 0)
        {
            output.Number(more);
            return;
        }

        var cursor = new WasmCursor(module.Wasm.AsSpan(section.Offset, section.Length), section.Offset, "section");
        output.Number(cursor.ReadU32() + (ulong)more);
        output.Bytes(cursor.ReadBytes((uint)cursor.Remaining));
    }

    private static void Name(ByteWriter output, string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        output.Number((ulong)bytes.Length);
        output.Bytes(bytes);
    }

    private static void Append(ByteWriter output, byte id, ReadOnlySpan<byte> contents)
    {
        output.Byte(id);
        output.Number((ulong)contents.Length);
        output.Bytes(contents);
    }
}
