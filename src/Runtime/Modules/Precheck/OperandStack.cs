using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>
/// How many values a function has on its stack, and what it costs that they stay alive while other instructions run. Not
/// validated: a stack that would be empty stays empty, and code behind a jump begins with what its block has.
/// </summary>
internal sealed class OperandStack
{
    // Blocks that are nested deeper are not kept: limits refuse them long before.
    private const int MaxKept = 100_000;

    // Up to here registers and a small frame do.
    private const int Free = 64;
    private const int InstructionsPerUnit = 32;

    private readonly List<Block> _blocks = [];
    private long _height;
    private long _parts;

    /// <summary>What was counted since the function began.</summary>
    public long Cost { get; private set; }

    /// <summary>Begins with another function.</summary>
    public void Clear()
    {
        _blocks.Clear();
        _height = 0;
        _parts = 0;
        Cost = 0;
    }

    /// <summary>An instruction takes values and gives others.</summary>
    public void Move(long difference)
    {
        _height = Math.Max(0, _height + difference);
        if (_height <= Free)
        {
            return;
        }

        _parts += _height;
        Cost += _parts / InstructionsPerUnit;
        _parts %= InstructionsPerUnit;
    }

    /// <summary>A block begins: every value below it stays alive through it.</summary>
    public void Enter(TypeShape type)
    {
        long below = Math.Max(0, _height - type.Takes);
        Cost += below;
        if (_blocks.Count < MaxKept)
        {
            _blocks.Add(new Block(below, type));
        }
    }

    /// <summary>The other branch of an if, or a handler, begins with so many values.</summary>
    public void Restart(int? values = null)
    {
        if (_blocks.Count > 0)
        {
            _height = _blocks[^1].Below + (values ?? _blocks[^1].Type.Takes);
            Cost += _blocks[^1].Below;
        }
    }

    /// <summary>A block ends.</summary>
    public void Leave()
    {
        if (_blocks.Count > 0)
        {
            _height = _blocks[^1].Below + _blocks[^1].Type.Gives;
            _blocks.RemoveAt(_blocks.Count - 1);
        }
    }

    /// <summary>What follows cannot be reached.</summary>
    public void Jump() => _height = _blocks.Count > 0 ? _blocks[^1].Below : 0;

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Block(long Below, TypeShape Type);
}
