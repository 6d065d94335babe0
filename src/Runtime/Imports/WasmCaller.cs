using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Imports;

/// <summary>
/// The instance that called a host function: its exports, its store's data. Valid until the host function returns, on the
/// thread that runs it, or until a served import is answered, for whoever has the store; afterwards every use of it is
/// <c>caller.gone</c>.
/// </summary>
public readonly struct WasmCaller
{
    private readonly WasmStore? _store;
    private readonly long _serial;

    internal WasmCaller(WasmStore store, long serial)
    {
        _store = store;
        _serial = serial;
    }

    /// <summary>The store that the guest runs in.</summary>
    /// <exception cref="WasmError"><c>caller.gone</c></exception>
    public WasmStore Store
    {
        get
        {
            using var _ = Enter(out nint _);
            return _store!;
        }
    }

    /// <summary>The store's data, as given in <see cref="StoreOptions.Data"/>.</summary>
    /// <exception cref="WasmError"><c>caller.gone</c></exception>
    public object? Data => Store.Data;

    /// <summary>An export of the calling instance.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>caller.gone</c></exception>
    public WasmExtern GetExport(string name) => TryGetExport(name) ?? throw NotFound(name);

    /// <summary>An export of the calling instance, or null where there is none of that name.</summary>
    /// <exception cref="WasmError"><c>caller.gone</c></exception>
    public WasmExtern? TryGetExport(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        using var _ = Enter(out nint caller);
        return ExternBridge.CallerExport(_store!, caller, name);
    }

    /// <summary>What the calling instance imports under these names: a memory, table, global, tag or function of the store, not a function of the host's.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>caller.gone</c></exception>
    public WasmExtern GetImport(string module, string name) => TryGetImport(module, name)
        ?? throw new WasmError(ErrorCode.ExportNotFound, $"The calling instance imports no memory, table, global, tag or function of its store as '{GuestText.Clean($"{module}::{name}", GuestText.NameLimit)}'.");

    /// <summary>The same, or null where it imports none under these names.</summary>
    /// <exception cref="WasmError"><c>caller.gone</c></exception>
    public WasmExtern? TryGetImport(string module, string name)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(name);
        return Import(import => import.Name == name && import.Module == module);
    }

    /// <summary>An exported memory; its usual name is the default. Without such an export, the memory that the instance imports under this
    /// name, whatever the module; by the usual name also the only one that it imports.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c>, <c>caller.gone</c></exception>
    public WasmMemory GetMemory(string name = UsualMemory) => WasmExtern.Require<WasmMemory>(GetItem(name, ExternKind.Memory), name);

    /// <summary>An exported function.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c>, <c>caller.gone</c></exception>
    public WasmFunc GetFunc(string name) => WasmExtern.Require<WasmFunc>(GetExport(name), name);

    /// <summary>An exported table, or else one that is imported under this name.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c>, <c>caller.gone</c></exception>
    public WasmTable GetTable(string name) => WasmExtern.Require<WasmTable>(GetItem(name, ExternKind.Table), name);

    /// <summary>An exported global, or else one that is imported under this name.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c>, <c>caller.gone</c></exception>
    public WasmGlobal GetGlobal(string name) => WasmExtern.Require<WasmGlobal>(GetItem(name, ExternKind.Global), name);

    /// <summary>An export, or else an import, by its name alone.</summary>
    /// <param name="name">The name.</param>
    /// <param name="kind">The kind of import; null for any but functions.</param>
    internal WasmExtern GetItem(string name, ExternKind? kind) => TryGetExport(name)
        ?? Import(import => import.Name == name && Fits(import, kind))
        ?? (name == UsualMemory && kind is null or ExternKind.Memory ? Import(static import => import.Type.Kind == ExternKind.Memory) : null)
        ?? throw NotFound(name);

    private const string UsualMemory = "memory";

    private static bool Fits(ImportType import, ExternKind? kind) => kind is { } wanted ? import.Type.Kind == wanted : import.Type.Kind != ExternKind.Func;

    private WasmExtern? Import(Func<ImportType, bool> fits)
    {
        using var _ = Enter(out nint caller);
        return CallerInstance.Import(_store!, caller, fits);
    }

    private WasmError NotFound(string name)
    {
        using var _ = Enter(out nint caller);
        string shown = GuestText.Clean(name, GuestText.NameLimit);
        return new WasmError(ErrorCode.ExportNotFound, CallerInstance.Exists(_store!, caller)
            ? $"The calling instance exports nothing named '{shown}'."
            : $"There is no calling instance to look '{shown}' up in: the host called this function itself, which an instance only passes on. Call a function of the guest's that calls it.");
    }

    private WasmStore.Entry Enter(out nint caller) => _store is null
        ? throw new WasmError(ErrorCode.CallerGone, "This caller was never given to a host function.")
        : _store.EnterCaller(_serial, out caller);
}
