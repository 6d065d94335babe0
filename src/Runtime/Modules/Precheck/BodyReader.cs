using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>
/// Walks over a function's instructions and counts what makes them expensive. Not validated: an instruction that is not known
/// ends the walk, and what is behind it counts as if it were the most expensive that its bytes can be.
/// </summary>
internal ref struct BodyReader
{
    // block, its type and end: the shortest that a block can be.
    private const int BytesOfBlock = 3;

    private readonly TypeMembers _types;
    private readonly OperandStack _stack;
    private WasmCursor _cursor;
    private BodyFigures _figures;
    private long _depth;
    private long _widest;

    private BodyReader(WasmCursor cursor, TypeMembers types, OperandStack stack)
    {
        _cursor = cursor;
        _types = types;
        _stack = stack;
        stack.Clear();
    }

    /// <summary>Reads instructions up to the end of the body.</summary>
    /// <param name="cursor">Stands at the first instruction, and has nothing but the body.</param>
    /// <param name="types">What instructions that name a type are worth.</param>
    /// <param name="stack">To be used again and again.</param>
    public static BodyFigures Read(WasmCursor cursor, TypeMembers types, OperandStack stack)
    {
        var reader = new BodyReader(cursor, types, stack);
        reader.Read();
        reader._figures.Values += stack.Cost;
        return reader._figures;
    }

    /// <summary>What a body counts of which nothing is known but its length.</summary>
    public static BodyFigures Unknown(int bytes, TypeMembers types, OperandStack stack)
    {
        var reader = new BodyReader(default, types, stack);
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
            case 0x02 or 0x03 or 0x06: // block, loop, try
                Enter();
                break;
            case 0x04: // if
                _stack.Move(-1);
                Enter();
                break;
            case 0x05: // else
                _figures.Blocks++;
                _stack.Restart();
                break;
            case 0x07: // catch
                _figures.Blocks++;
                var caught = Hand(_types.OfTag(_cursor.ReadU32()));
                _stack.Restart(caught.Takes);
                break;
            case 0x19: // catch_all
                _figures.Blocks++;
                _stack.Restart(0);
                break;
            case 0x18: // delegate
                _cursor.ReadU32();
                Leave();
                break;
            case 0x0B: // end
                Leave();
                break;
            case 0x0C: // br
                Branch();
                _stack.Jump();
                break;
            case 0x0D or 0xD6: // br_if, br_on_non_null
                _stack.Move(-1);
                Branch();
                break;
            case 0xD5: // br_on_null
                Branch();
                break;
            case 0x0E: // br_table
                ReadBranches();
                _stack.Jump();
                break;
            case 0x1F: // try_table
                Enter();
                ReadHandlers();
                break;
            case 0x08: // throw
                Hand(_types.OfTag(_cursor.ReadU32()));
                _stack.Jump();
                break;
            case 0x00 or 0x0A or 0x0F: // unreachable, throw_ref, return
                _stack.Jump();
                break;
            case >= 0x10 and <= 0x15:
                ReadCall(instruction);
                break;
            case 0xFB:
                ReadHeapInstruction();
                break;
            default:
                _stack.Move(Immediates.Skip(ref _cursor, instruction));
                break;
        }
    }

    private void ReadCall(byte instruction)
    {
        uint callee = _cursor.ReadU32();
        var type = Hand(instruction <= 0x10 || instruction == 0x12 ? _types.OfFunction(callee) : _types.Of(callee)); // call, return_call
        if (instruction is 0x11 or 0x13) // call_indirect, return_call_indirect
        {
            _cursor.ReadU32();
        }

        int reference = instruction is 0x10 or 0x12 ? 0 : 1;
        _stack.Move((long)type.Gives - type.Takes - reference);
        if (instruction is 0x12 or 0x13 or 0x15) // return_call, return_call_indirect, return_call_ref
        {
            _stack.Jump();
        }
    }

    private void Enter()
    {
        _figures.Blocks++;
        _figures.Nesting = (int)Math.Max(_figures.Nesting, ++_depth);
        _stack.Enter(ReadBlockType());
    }

    private TypeShape ReadBlockType()
    {
        byte first = _cursor.Peek();
        if (first == 0x40) // neither takes nor gives
        {
            _cursor.ReadByte();
            return default;
        }

        if (first is 0x63 or 0x64 || (first & 0xC0) == 0x40) // a value type, which as a number would be negative
        {
            _cursor.SkipValueType();
            return new TypeShape(0, 1);
        }

        var type = Hand(_types.Of(_cursor.ReadU32()));
        _widest = Math.Max(_widest, type.Worth);
        return type;
    }

    private void Leave()
    {
        _depth--;
        _stack.Leave();
    }

    private void Branch()
    {
        _cursor.ReadU32();
        _figures.Values += _widest;
    }

    private TypeShape Hand(TypeShape values)
    {
        _figures.Values += values.Worth;
        return values;
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
                Hand(_types.OfTag(_cursor.ReadU32()));
            }

            _cursor.ReadU32();
        }
    }

    private void ReadHeapInstruction()
    {
        uint instruction = _cursor.ReadU32();
        switch (instruction)
        {
            case 0: // struct.new
                _stack.Move(1L - Hand(_types.Of(_cursor.ReadU32())).Members);
                break;
            case 1: // struct.new_default
                Hand(_types.Of(_cursor.ReadU32()));
                _stack.Move(StackEffect.OfHeap(instruction));
                break;
            case 8: // array.new_fixed
                _cursor.ReadU32();
                uint elements = _cursor.ReadU32();
                _figures.Values += elements;
                _stack.Move(1L - elements);
                break;
            case 24 or 25: // br_on_cast, br_on_cast_fail
                _cursor.ReadByte();
                Branch();
                _cursor.SkipHeapType();
                _cursor.SkipHeapType();
                break;
            default:
                _stack.Move(Immediates.SkipHeap(ref _cursor, instruction));
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
