using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Precheck;

namespace WasmActors.Runtime.State;

/// <summary>What a module's code does to its state beyond memories and globals: tables that it changes, and segments
/// that it drops.</summary>
internal sealed class StateCode
{
    private const byte RefFunc = 0xD2;
    private const byte TableSet = 0x26;
    private const byte Heap = 0xFB;
    private const byte Bulk = 0xFC;

    /// <summary>References that code and initial values make.</summary>
    public ReferenceUse References { get; } = new();

    /// <summary>Indices of the tables that code changes.</summary>
    public SortedSet<uint> ChangedTables { get; } = [];

    /// <summary>Instructions that drop segments, in order.</summary>
    public List<DropInstruction> Drops { get; } = [];

    /// <summary>Bodies of the functions that the module defines: offset and length.</summary>
    public List<(int Offset, int Length)> Bodies { get; } = [];

    /// <summary>The segments that code can drop, in the order of their ordinals.</summary>
    public List<DroppableSegment> Droppable() => [.. Drops.Select(static d => d.Segment).Distinct().Order()];

    public void ReadBodies(ref WasmCursor section)
    {
        for (uint bodies = section.ReadU32(); bodies > 0 && !section.Failed; bodies--)
        {
            uint length = section.ReadU32();
            Bodies.Add((section.Offset, (int)length));
            var body = section.ReadPart(length, "function");
            for (uint groups = body.ReadU32(); groups > 0 && !body.Failed; groups--)
            {
                body.ReadU32();
                body.SkipValueType();
            }

            while (body.Remaining > 0)
            {
                ReadInstruction(ref body);
            }

            if (body.Problem is { } problem)
            {
                section.Fail(problem, body.Offset);
            }
        }
    }

    public void ReadElements(ref WasmCursor section) => ElementSection.Skip(ref section, References);

    private void ReadInstruction(ref WasmCursor body)
    {
        int start = body.Offset;
        var look = body;
        byte instruction = body.ReadByte();
        TraitReader.ReadInstruction(ref body, instruction);
        look.ReadByte();
        switch (instruction)
        {
            case RefFunc:
                References.Functions.Add(look.ReadU32());
                break;
            case TableSet:
                ChangedTables.Add(look.ReadU32());
                break;
            case Heap:
                References.NoteHeap();
                break;
            case Bulk:
                NoteBulk(ref look, start, body.Offset - start);
                break;
        }
    }

    private void NoteBulk(ref WasmCursor look, int start, int length)
    {
        uint instruction = look.ReadU32();
        uint first = look.ReadU32();
        switch (instruction)
        {
            case 9 or 13: // data.drop, elem.drop
                Drops.Add(new DropInstruction(start, length, new DroppableSegment(instruction == 13, first)));
                break;
            case 12: // table.init: segment, table
                ChangedTables.Add(look.ReadU32());
                break;
            case 14 or 15 or 17: // table.copy (its target comes first), table.grow, table.fill
                ChangedTables.Add(first);
                break;
        }
    }
}
