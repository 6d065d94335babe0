using WasmActors.Runtime.Modules;

namespace WasmActors.Runtime.Precheck;

/// <summary>
/// Walks over a function's instructions and counts what makes them expensive. Not validated: an instruction that is not known
/// ends the walk, and what is behind it counts as if it were the most expensive that its bytes can be.
/// </summary>
internal ref struct BodyReader
{
    // block, its type and end: the shortest that a block can be.
    private const int BytesOfBlock = 3;

    private readonly TypeMembers _types;
    private WasmCursor _cursor;
    private BodyFigures _figures;
    private long _depth;
    private long _widest;

    private BodyReader(WasmCursor cursor, TypeMembers types)
    {
        _cursor = cursor;
        _types = types;
    }

    /// <summary>Reads instructions up to the end of the body.</summary>
    /// <param name="cursor">Stands at the first instruction, and has nothing but the body.</param>
    /// <param name="types">What instructions that name a type are worth.</param>
    public static BodyFigures Read(WasmCursor cursor, TypeMembers types)
    {
        var reader = new BodyReader(cursor, types);
        reader.Read();
        return reader._figures;
    }

    /// <summary>What a body counts of which nothing is known but its length.</summary>
    public static BodyFigures Unknown(int bytes, TypeMembers types)
    {
        var reader = new BodyReader(default, types);
        reader.CountUnknown(bytes);
        return reader._figures;
    }

    private void Read()
    {
        while (_cursor.Remaining > 0)
        {
            WasmCursor atStart = _cursor;
            ReadInstruction();
            if (_cursor.Failed)
            {
                CountUnknown(atStart.Remaining);
                return;
            }

            _figures.Values++;
        }
    }

    private void ReadInstruction()
    {
        byte instruction = _cursor.ReadByte();
        switch (instruction)
        {
            case 0x02 or 0x03 or 0x04 or 0x06: // block, loop, if, try
                Enter();
                break;
            case 0x05: // else
                _figures.Blocks++;
                break;
            case 0x07: // catch
                _figures.Blocks++;
                _figures.Values += _types.WorthOfTag(_cursor.ReadU32());
                break;
            case 0x19: // catch_all
                _figures.Blocks++;
                break;
            case 0x0B: // end
                _depth--;
                break;
            case 0x18: // delegate
                _depth--;
                _cursor.ReadU32();
                break;
            case 0x0C or 0x0D or 0xD5 or 0xD6: // br, br_if, br_on_null, br_on_non_null
                _cursor.ReadU32();
                _figures.Values += _widest;
                break;
            case 0x0E: // br_table
                ReadBranches();
                break;
            case 0x1F: // try_table
                Enter();
                ReadHandlers();
                break;
            case 0x08: // throw
                _figures.Values += _types.WorthOfTag(_cursor.ReadU32());
                break;
            case 0x10 or 0x12: // call, return_call
                _figures.Values += _types.WorthOfFunction(_cursor.ReadU32());
                break;
            case 0x11 or 0x13: // call_indirect, return_call_indirect
                _figures.Values += _types.Worth(_cursor.ReadU32());
                _cursor.ReadU32();
                break;
            case 0x14 or 0x15: // call_ref, return_call_ref
                _figures.Values += _types.Worth(_cursor.ReadU32());
                break;
            case 0xFB:
                ReadHeapInstruction();
                break;
            default:
                Immediates.Skip(ref _cursor, instruction);
                break;
        }
    }

    private void Enter()
    {
        _figures.Blocks++;
        _figures.Nesting = (int)Math.Max(_figures.Nesting, ++_depth);
        byte first = _cursor.Peek();
        if (first is 0x63 or 0x64 || (first & 0xC0) != 0x40)
        {
            if (first is 0x63 or 0x64) // a reference type
            {
                _cursor.SkipValueType();
                return;
            }

            long members = _types.Worth(_cursor.ReadU32());
            _figures.Values += members;
            _widest = Math.Max(_widest, members);
        }
        else
        {
            _cursor.ReadByte(); // no type, or a value type of one byte
        }
    }

    private void ReadBranches()
    {
        uint targets = _cursor.ReadU32();
        for (uint i = 0; i < targets && !_cursor.Failed; i++)
        {
            _cursor.ReadU32();
        }

        _cursor.ReadU32();
        _figures.BranchTargets = Math.Max(_figures.BranchTargets, targets);
        _figures.Values += targets * (1 + Math.Min(_widest, int.MaxValue));
    }

    private void ReadHandlers()
    {
        uint handlers = _cursor.ReadU32();
        for (uint i = 0; i < handlers && !_cursor.Failed; i++)
        {
            _figures.Blocks++;
            if (_cursor.ReadByte() <= 1) // catch, catch_ref
            {
                _figures.Values += _types.WorthOfTag(_cursor.ReadU32());
            }

            _cursor.ReadU32();
        }
    }

    private void ReadHeapInstruction()
    {
        uint instruction = _cursor.ReadU32();
        switch (instruction)
        {
            case 0 or 1: // struct.new, struct.new_default
                _figures.Values += _types.Worth(_cursor.ReadU32());
                break;
            case 8: // array.new_fixed
                _cursor.ReadU32();
                _figures.Values += _cursor.ReadU32();
                break;
            case 24 or 25: // br_on_cast, br_on_cast_fail
                _cursor.ReadByte();
                _cursor.ReadU32();
                _cursor.SkipHeapType();
                _cursor.SkipHeapType();
                _figures.Values += _widest;
                break;
            default:
                Immediates.SkipHeap(ref _cursor, instruction);
                break;
        }
    }

    private void CountUnknown(int bytes)
    {
        _figures.Blocks += bytes / BytesOfBlock;
        _figures.Nesting = (int)Math.Max(_figures.Nesting, Math.Max(0, _depth) + (bytes / BytesOfBlock));
        _figures.BranchTargets = Math.Max(_figures.BranchTargets, bytes);
        _figures.Values += bytes * (1 + Math.Min(Math.Max(_widest, _types.Largest.Value), int.MaxValue));
    }
}
