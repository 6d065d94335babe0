using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.State;

/// <summary>The mutable globals of an instance, and what they held when they were captured last. The store must have
/// been entered.</summary>
internal sealed class TrackedGlobals
{
    private readonly WasmGlobal[] _globals;
    private readonly FunctionIndex _functions;
    private readonly GlobalChange[] _pristine;
    private readonly GlobalChange[] _captured;
    private readonly GlobalChange[] _now;
    private readonly StateMap _map;

    public TrackedGlobals(WasmInstance instance, StateMap map, FunctionIndex functions)
    {
        _map = map;
        _functions = functions;
        _globals = [.. map.Globals.Select(g => (WasmGlobal)instance.Exports.At(g.Export)!)];
        _now = new GlobalChange[_globals.Length];
        Prepare();
        _pristine = [.. _now];
        _captured = [.. _now];
    }

    /// <summary>Reads what they hold now.</summary>
    /// <exception cref="Failures.WasmError"><c>state.unsupported</c>: a function of another instance.</exception>
    public void Prepare()
    {
        for (int i = 0; i < _globals.Length; i++)
        {
            var value = GlobalBridge.Get(_globals[i].Store, _globals[i].Native.Item);
            ulong low = value.Kind == ValKind.FuncRef
                ? (ulong)_functions.Of(value.AsFuncRef()?.NativeFunc.Private ?? 0)
                : value.LowBits;
            _now[i] = new GlobalChange(_map.Globals[i].Index, value.Kind, low, value.HighBits);
        }
    }

    /// <summary>Appends what changed since the last capture, which becomes what was captured.</summary>
    public bool Capture(ByteWriter output)
    {
        bool changed = Write(output, _now, _captured);
        _now.CopyTo(_captured, 0);
        return changed;
    }

    /// <summary>Appends what differs from a fresh instance.</summary>
    public void Save(ByteWriter output) => Write(output, _now, _pristine);

    /// <summary>Appends in what the captured globals differ from those of a fresh instance.</summary>
    public void SaveCaptured(ByteWriter output) => Write(output, _captured, _pristine);

    /// <summary>Writes back what was captured.</summary>
    public void RollBack()
    {
        for (int i = 0; i < _globals.Length; i++)
        {
            Set(i, _captured[i]);
        }
    }

    /// <summary>Returns why a change fits none of the globals, or null.</summary>
    public string? Problem(GlobalChange change)
    {
        int at = Find(change.Index);
        if (at < 0)
        {
            return $"the module has no mutable global {change.Index}";
        }

        if (_now[at].Kind != change.Kind)
        {
            return $"global {change.Index} is of kind {_now[at].Kind}, and the stored one {change.Kind}";
        }

        int function = (int)change.Low;
        return change.Kind == ValKind.FuncRef && !_functions.Has(function)
            ? $"global {change.Index} refers to function {function}, which the module does not have there"
            : null;
    }

    /// <summary>Writes a change, which becomes part of what was captured.</summary>
    public void Apply(GlobalChange change)
    {
        int at = Find(change.Index);
        Set(at, change);
        _captured[at] = change;
    }

    private int Find(int index) => _map.Globals.FindIndex(g => g.Index == index);

    private void Set(int at, in GlobalChange value) =>
        _globals[at].Set(value.Kind == ValKind.FuncRef
            ? _functions[(int)value.Low]
            : Val.Number(value.Kind, value.Low, value.High));

    private static bool Write(ByteWriter output, GlobalChange[] now, GlobalChange[] before)
    {
        int count = 0;
        for (int i = 0; i < now.Length; i++)
        {
            count += now[i] == before[i] ? 0 : 1;
        }

        if (count == 0)
        {
            return false;
        }

        output.Byte(StateDelta.GlobalsKind);
        output.Number((ulong)count);
        for (int i = 0; i < now.Length; i++)
        {
            if (now[i] != before[i])
            {
                now[i].Write(output);
            }
        }

        return true;
    }
}
