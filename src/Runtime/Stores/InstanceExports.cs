using System.Collections;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Bridges;

namespace WasmActors.Runtime.Stores;

/// <summary>The exports of an instance: a mapping from name to export that keeps the module's order.</summary>
public sealed class InstanceExports : IReadOnlyList<KeyValuePair<string, WasmExtern>>
{
    private readonly WasmInstance _instance;
    private readonly WasmExtern?[] _items;

    internal InstanceExports(WasmInstance instance)
    {
        _instance = instance;
        _items = new WasmExtern?[instance.Module.Exports.Count];
    }

    /// <summary>How many there are.</summary>
    public int Count => _items.Length;

    /// <summary>Name and export by position in the module.</summary>
    public KeyValuePair<string, WasmExtern> this[int index] => new(_instance.Module.Exports[index].Name, _items[index] ?? Find(index));

    /// <summary>The export of that name.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c></exception>
    public WasmExtern this[string name] => TryGet(name) ?? throw _instance.Module.NoExport(name);

    /// <summary>The export of that name, or null.</summary>
    public WasmExtern? TryGet(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int index = _instance.Module.ExportIndex(name);
        return index < 0 ? null : _items[index] ?? Find(index);
    }

    /// <summary>The export at a position, or null where there is none.</summary>
    internal WasmExtern? At(int index) => (uint)index < (uint)_items.Length ? _items[index] ?? Find(index) : null;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, WasmExtern>> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private WasmExtern Find(int index)
    {
        using var _ = _instance.Store.Enter();
        return _items[index] = ExternBridge.InstanceExport(_instance.Store, _instance.Native, index, _instance.Module.Exports[index]);
    }
}
