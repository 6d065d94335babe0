using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Interop;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Imports;

/// <summary>
/// A module with its imports looked up in a set. Where none of them belongs to a store, Wasmtime resolves them once and new
/// instances skip that work.
/// </summary>
internal sealed class LinkedModule
{
    /// <summary>Stands for a function of Wasmtime's WASI.</summary>
    internal static readonly object FromWasi = new();

    private readonly List<(ImportType Import, object Definition)> _imports;
    private readonly InstancePreHandle? _prepared;

    private LinkedModule(List<(ImportType Import, object Definition)> imports, InstancePreHandle? prepared)
    {
        _imports = imports;
        _prepared = prepared;
        NeedsWasi = imports.Exists(static i => ReferenceEquals(i.Definition, FromWasi));
        HasServed = imports.Exists(static i => i.Definition is ServedFunc);
    }

    internal bool NeedsWasi { get; }

    /// <summary>Whether an import is answered later.</summary>
    internal bool HasServed { get; }

    /// <summary>Looks every import of the module up.</summary>
    /// <exception cref="WasmError"><c>link.missing_import</c>, <c>link.wrong_kind</c>, <c>link.wrong_type</c></exception>
    internal static LinkedModule Resolve(WasmModule module, Func<ImportType, object?> find, bool hasWasi, UnknownImports unknown)
    {
        var imports = new List<(ImportType, object)>(module.Imports.Count);
        foreach (var import in module.Imports)
        {
            object definition = find(import) ?? ImportCheck.Substitute(import, unknown, hasWasi);
            ImportCheck.Require(import, definition);
            imports.Add((import, definition));
        }

        bool free = imports.TrueForAll(static i => i.Item2 is HostFunc or ServedFunc || ReferenceEquals(i.Item2, FromWasi));
        return new LinkedModule(imports, free ? InstanceBridge.Prepare(module, imports) : null);
    }

    /// <summary>Begins an instantiation that can be paused.</summary>
    /// <param name="store">The store.</param>
    /// <param name="module">The module.</param>
    /// <param name="frame">What the future works on.</param>
    /// <param name="linker">To be disposed when it is done; null for nothing.</param>
    internal nint BeginInstantiate(WasmStore store, WasmModule module, FutureFrame frame, out IDisposable? linker)
    {
        if (_prepared is { } prepared)
        {
            linker = null;
            return InstanceBridge.BeginInstantiate(store, prepared, frame);
        }

        return InstanceBridge.BeginInstantiate(store, module, _imports, frame, out linker);
    }

    internal NativeInstance Instantiate(WasmStore store, WasmModule module, out WasmException? failure)
    {
        if (_prepared is { } prepared)
        {
            return InstanceBridge.Instantiate(store, prepared, out failure);
        }

        return InstanceBridge.Instantiate(store, module, _imports, out failure);
    }
}
