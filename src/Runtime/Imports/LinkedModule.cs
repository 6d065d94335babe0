using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;
using WasmActors.Runtime.Wasi;

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

    // By variant; null where an import belongs to a store.
    private readonly Lazy<InstancePreHandle>[]? _prepared;
    private readonly WasiVariant _variants;

    private LinkedModule(WasmModule module, List<(ImportType Import, object Definition)> imports, bool areFree)
    {
        _imports = imports;
        Sleeps = imports.Exists(static i => ReferenceEquals(i.Definition, FromWasi) && WasiFunctions.IsPoll(i.Import));
        ReadsInput = imports.Exists(static i => ReferenceEquals(i.Definition, FromWasi) && WasiFunctions.IsRead(i.Import));
        _variants = (Sleeps || ReadsInput ? WasiVariant.Parks : WasiVariant.None) | (ReadsInput ? WasiVariant.OwnInput : WasiVariant.None);
        if (areFree)
        {
            _prepared = new Lazy<InstancePreHandle>[(int)(WasiVariant.Parks | WasiVariant.OwnInput) + 1];
            for (int i = 0; i < _prepared.Length; i++)
            {
                var variant = (WasiVariant)i;
                _prepared[i] = new(() => InstanceBridge.Prepare(module, imports, variant));
            }

            _ = _prepared[0].Value; // what does not link is known at once
        }

        NeedsWasi = imports.Exists(static i => ReferenceEquals(i.Definition, FromWasi));
        HasServed = imports.Exists(static i => i.Definition is ServedFunc);
    }

    internal bool NeedsWasi { get; }

    /// <summary>Whether an import is answered later.</summary>
    internal bool HasServed { get; }

    /// <summary>Whether its programs may sleep, which pauses guests that can be paused.</summary>
    internal bool Sleeps { get; }

    /// <summary>Whether its programs may read standard input.</summary>
    internal bool ReadsInput { get; }

    /// <summary>Looks every import of the module up.</summary>
    /// <exception cref="WasmError"><c>link.missing_import</c>, <c>link.wrong_kind</c>, <c>link.wrong_type</c></exception>
    internal static LinkedModule Resolve(WasmModule module, Func<ImportType, object?> find, bool hasWasi, UnknownImports unknown)
    {
        var imports = new List<(ImportType, object)>(module.Imports.Count);
        List<ImportType>? missing = null;
        foreach (var import in module.Imports)
        {
            if ((find(import) ?? ImportCheck.TrySubstitute(import, unknown)) is not { } definition)
            {
                (missing ??= []).Add(import);
                continue;
            }

            ImportCheck.Require(import, definition);
            imports.Add((import, definition));
        }

        if (missing is not null)
        {
            throw ImportCheck.Missing(missing, hasWasi);
        }

        WasiFunctions.RequireMemory(module, imports);
        bool free = imports.TrueForAll(static i => i.Item2 is HostFunc or ServedFunc || ReferenceEquals(i.Item2, FromWasi));
        return new LinkedModule(module, imports, free);
    }

    /// <summary>What of a store's own the module gets, by its import order, null for the host's functions; null for nothing at all. Defaults are made.</summary>
    internal WasmExtern?[]? Items(WasmStore store) => _prepared is not null
        ? null
        : [.. _imports.Select(i => i.Definition as WasmExtern ?? (i.Definition is ExternType type ? ImportCheck.MakeDefault(store, type) : null))];

    /// <summary>Begins an instantiation that can be paused.</summary>
    /// <param name="store">The store.</param>
    /// <param name="module">The module.</param>
    /// <param name="items">Its <see cref="Items"/>.</param>
    /// <param name="frame">What the future works on.</param>
    /// <param name="linker">To be disposed when it is done; null for nothing.</param>
    internal nint BeginInstantiate(WasmStore store, WasmModule module, WasmExtern?[]? items, FutureFrame frame, out IDisposable? linker)
    {
        if (PreparedFor(store) is { } prepared)
        {
            linker = null;
            return InstanceBridge.BeginInstantiate(store, prepared, frame);
        }

        return InstanceBridge.BeginInstantiate(store, module, _imports, items!, frame, out linker);
    }

    internal NativeInstance Instantiate(WasmStore store, WasmModule module, WasmExtern?[]? items, out WasmException? failure)
    {
        if (PreparedFor(store) is { } prepared)
        {
            return InstanceBridge.Instantiate(store, prepared, out failure);
        }

        return InstanceBridge.Instantiate(store, module, _imports, items!, out failure);
    }

    private InstancePreHandle? PreparedFor(WasmStore store) => _prepared?[(int)(store.WasiVariant & _variants)].Value;
}
