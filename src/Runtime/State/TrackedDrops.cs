using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.State;

/// <summary>The segments of an instance that its code can drop, and which were dropped. The store must have been
/// entered.</summary>
internal sealed class TrackedDrops(WasmInstance instance, StateMap map)
{
    private readonly WasmExtern[] _flags = [.. map.Dropped.Select(d => instance.Exports.At(d.Export)!)];
    private readonly bool[] _captured = new bool[map.Dropped.Count];

    /// <summary>Whether no segment was dropped since the last capture: none comes back.</summary>
    public bool CanRollBack
    {
        get
        {
            for (int i = 0; i < _flags.Length; i++)
            {
                if (!_captured[i] && IsDropped(i))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Appends what was dropped since the last capture, which becomes what was captured.</summary>
    public bool Capture(ByteWriter output)
    {
        if (_flags.Length == 0)
        {
            return false; // most modules drop nothing
        }

        bool changed = Write(output, i => !_captured[i] && IsDropped(i));
        for (int i = 0; i < _flags.Length; i++)
        {
            _captured[i] = _captured[i] || IsDropped(i);
        }

        return changed;
    }

    /// <summary>Appends all that was dropped.</summary>
    public void Save(ByteWriter output) => Write(output, IsDropped);

    /// <summary>Appends all that was dropped when it was captured.</summary>
    public void SaveCaptured(ByteWriter output) => Write(output, i => _captured[i]);

    /// <summary>Whether there is a segment of that ordinal.</summary>
    public bool Has(int ordinal) => ordinal < _flags.Length;

    /// <summary>Drops a segment.</summary>
    public void Apply(int ordinal)
    {
        ((WasmFunc)instance.Exports.At(map.Drops[ordinal].Export)!).Call();
        _captured[ordinal] = true;
    }

    private bool IsDropped(int ordinal) => GlobalBridge.Get(instance.Store, _flags[ordinal].Native.Item).AsI32() != 0;

    private bool Write(ByteWriter output, Predicate<int> isDropped)
    {
        int[] dropped = [.. Enumerable.Range(0, _flags.Length).Where(i => isDropped(i))];
        if (dropped.Length == 0)
        {
            return false;
        }

        output.Byte(StateDelta.DropsKind);
        output.Number((ulong)dropped.Length);
        Array.ForEach(dropped, i => output.Number((ulong)i));
        return true;
    }
}
