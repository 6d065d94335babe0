using WasmActors.Actors.Handles;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Imports;

namespace WasmActors.Actors.Imports;

/// <summary>
/// What an instantiation may import, by <c>module::name</c>: an <see cref="ImportSet"/> of host functions and WASI, and
/// objects of the same store by their handles. Immutable once it was sent.
/// </summary>
public sealed class ImportMap
{
    private readonly Dictionary<(string Module, string Name), ExternRef> _items = [];

    /// <summary>A map over a set.</summary>
    /// <param name="set">Host functions and WASI; null for none.</param>
    public ImportMap(ImportSet? set = null) => Set = set ?? ImportSet.Empty;

    /// <summary>The host functions and WASI.</summary>
    public ImportSet Set { get; }

    internal IReadOnlyDictionary<(string Module, string Name), ExternRef> Items => _items;

    /// <summary>A set alone is a map.</summary>
    public static implicit operator ImportMap(ImportSet set) => new(set);

    /// <summary>Defines an object of the store that will instantiate.</summary>
    /// <exception cref="WasmError"><c>link.duplicate_definition</c></exception>
    public ImportMap Define(string module, string name, ExternRef item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return _items.TryAdd((module, name), item)
            ? this
            : throw new WasmError(ErrorCode.DuplicateDefinition, $"{module}::{name} is defined already: a name can be defined once in a map.");
    }

    /// <summary>Defines all exports of an instance under one module name.</summary>
    /// <exception cref="WasmError"><c>link.duplicate_definition</c></exception>
    public ImportMap DefineInstance(string module, InstanceRef instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        foreach (var (name, item) in instance.Exports)
        {
            Define(module, name, item);
        }

        return this;
    }
}
