using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>Counts what is in a module, in one pass over its binary.</summary>
/// <remarks>
/// Never throws and does not validate: that is Wasmtime's. A section that cannot be read to its end counts with what it announces,
/// and the others are read all the same.
/// </remarks>
internal sealed class ModuleReader
{
    private const int Preamble = 8;

    // Of a function or type for itself: it gets code to be called from outside, a place in tables, a record.
    private const int CostOfItem = 50;

    private readonly ModuleFigures _figures = new();
    private readonly TypeMembers _members;
    private readonly OperandStack _stack = new();
    private int _bodies;

    private ModuleReader(int known) => _members = new TypeMembers(known);

    /// <summary>Reads a module's binary.</summary>
    /// <param name="wasm">The binary; not kept.</param>
    /// <param name="known">How many types and functions are worth remembering.</param>
    public static ModuleFigures Read(ReadOnlySpan<byte> wasm, int known)
    {
        var reader = new ModuleReader(known);
        reader.ReadSections(wasm);
        return reader._figures;
    }

    private void ReadSections(ReadOnlySpan<byte> wasm)
    {
        _figures.Bytes = wasm.Length;
        var cursor = new WasmCursor(wasm, 0, "module");
        cursor.ReadBytes(Preamble);
        while (cursor.Remaining > 0)
        {
            byte id = cursor.ReadByte();
            uint length = cursor.ReadU32();

            // What is cut off is read as far as it goes.
            uint there = Math.Min(length, (uint)cursor.Remaining);
            WasmCursor section = cursor.ReadPart(there, "section");
            ReadSection(id, ref section, there);
        }

        _figures.TypeMembers = _members.Largest;
        _figures.TotalCost += CostOfItem * (_figures.Functions + _figures.Types);
    }

    private void ReadSection(byte id, ref WasmCursor section, uint length)
    {
        switch (id)
        {
            case 0:
                _figures.CustomSections++;
                _figures.CustomBytes += length;
                break;
            case 1:
                _figures.Types += TypeSection.Read(ref section, _members);
                break;
            case 2:
                ImportSection.Read(ref section, _figures, _members);
                break;
            case 3:
                ReadFunctions(ref section);
                break;
            case 4:
                _figures.Tables += section.ReadU32();
                break;
            case 5:
                _figures.Memories += section.ReadU32();
                break;
            case 6:
                _figures.Globals += section.ReadU32();
                break;
            case 7:
                _figures.Exports += section.ReadU32();
                break;
            case 9:
                _figures.ElementSegments += section.ReadU32();
                break;
            case 10:
                ReadBodies(ref section);
                break;
            case 11:
                _figures.DataSegments += section.ReadU32();
                break;
            case 13:
                ReadTags(ref section);
                break;
            default:
                break;
        }
    }

    private void ReadFunctions(ref WasmCursor section)
    {
        uint count = section.ReadU32();
        _figures.Functions += count;
        _bodies = (int)Math.Min(_members.Functions, int.MaxValue);
        for (uint i = 0; i < count && !section.Failed; i++)
        {
            _members.AddFunction(section.ReadU32());
        }
    }

    private void ReadTags(ref WasmCursor section)
    {
        uint count = section.ReadU32();
        _figures.Tags += count;
        for (uint i = 0; i < count && !section.Failed; i++)
        {
            section.ReadByte();
            _members.AddTag(section.ReadU32());
        }
    }

    private void ReadBodies(ref WasmCursor section)
    {
        uint count = section.ReadU32();
        for (uint i = 0; i < count && !section.Failed; i++)
        {
            uint length = section.ReadU32();
            ReadBody(section.ReadPart(Math.Min(length, (uint)section.Remaining), "function"), _bodies++);
        }
    }

    private void ReadBody(WasmCursor body, int index)
    {
        int bytes = body.Remaining;
        _figures.BodyBytes = _figures.BodyBytes.Or(bytes, index);
        long locals = 0;
        for (uint groups = body.ReadU32(); groups > 0 && !body.Failed; groups--)
        {
            locals += body.ReadU32();
            body.SkipValueType();
        }

        locals = Math.Min(locals, ModuleFigures.Most);
        _figures.Locals = _figures.Locals.Or(locals, index);
        _figures.TotalLocals = Math.Min(_figures.TotalLocals + locals, ModuleFigures.Most);

        var instructions = body.Failed ? BodyReader.Unknown(bytes, _members, _stack) : BodyReader.Read(body, _members, _stack);
        _figures.Nesting = _figures.Nesting.Or(instructions.Nesting, index);
        _figures.BranchTargets = _figures.BranchTargets.Or(instructions.BranchTargets, index);
        long cost = Cost(locals + _members.OfFunction((uint)index).Takes, instructions);
        _figures.FunctionCost = _figures.FunctionCost.Or(cost, index);
        _figures.TotalCost = Math.Min(_figures.TotalCost + cost, ModuleFigures.Most);
    }

    // Each block may need each local anew where several ways lead into it. What stays alive on the stack is among the values.
    private static long Cost(long variables, in BodyFigures instructions)
    {
        UInt128 cost = ((UInt128)(ulong)variables * (ulong)(instructions.Blocks + 1)) + (ulong)instructions.Values;
        return cost < ModuleFigures.Most ? (long)cost : ModuleFigures.Most;
    }
}
