using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.State;

/// <summary>Which function of an instance has which index. Read when it is first needed.</summary>
internal sealed class FunctionIndex(WasmInstance instance, StateMap map)
{
    private Dictionary<nint, int>? _indices;
    private Dictionary<int, int>? _exports;

    /// <summary>The index of a function; -1 for null.</summary>
    /// <exception cref="WasmError"><c>state.unsupported</c>: it is not one of the instance.</exception>
    public int Of(nint function)
    {
        if (function == 0)
        {
            return -1;
        }

        return Indices().TryGetValue(function, out int index)
            ? index
            : throw new WasmError(
                ErrorCode.StateUnsupported,
                "The state cannot be saved: a table or a global refers to a function of the host or another instance. "
                + "Let the host keep such functions, and pass numbers for them.");
    }

    /// <summary>Whether a function of that index can be referred to.</summary>
    public bool Has(int index) => index == -1 || Exports().ContainsKey(index);

    /// <summary>The function of an index, or null.</summary>
    public Val this[int index] => index == -1 ? Val.Null(ValType.FuncRef) : Val.FuncRef(At(Exports()[index]));

    private WasmFunc At(int export) => (WasmFunc)instance.Exports.At(export)!;

    private Dictionary<nint, int> Indices()
    {
        if (_indices is null)
        {
            _indices = [];
            foreach (var (index, export) in map.Functions)
            {
                _indices[At(export).NativeFunc.Private] = index;
            }
        }

        return _indices;
    }

    private Dictionary<int, int> Exports() =>
        _exports ??= map.Functions.ToDictionary(static f => f.Index, static f => f.Export);
}
