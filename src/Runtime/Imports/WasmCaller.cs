using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Interop;

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
    public WasmExtern GetExport(string name) =>
        TryGetExport(name) ?? throw new WasmError(ErrorCode.ExportNotFound, $"The calling instance exports nothing named '{GuestText.Clean(name, GuestText.NameLimit)}'.");

    /// <summary>An export of the calling instance, or null where there is none of that name.</summary>
    /// <exception cref="WasmError"><c>caller.gone</c></exception>
    public WasmExtern? TryGetExport(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        using var _ = Enter(out nint caller);
        return ExternBridge.CallerExport(_store!, caller, name);
    }

    /// <summary>An exported memory; its usual name is the default.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c>, <c>caller.gone</c></exception>
    public WasmMemory GetMemory(string name = "memory") => WasmExtern.Require<WasmMemory>(GetExport(name), name);

    /// <summary>An exported function.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c>, <c>caller.gone</c></exception>
    public WasmFunc GetFunc(string name) => WasmExtern.Require<WasmFunc>(GetExport(name), name);

    /// <summary>An exported table.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c>, <c>caller.gone</c></exception>
    public WasmTable GetTable(string name) => WasmExtern.Require<WasmTable>(GetExport(name), name);

    /// <summary>An exported global.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c>, <c>caller.gone</c></exception>
    public WasmGlobal GetGlobal(string name) => WasmExtern.Require<WasmGlobal>(GetExport(name), name);

    private WasmStore.Entry Enter(out nint caller) => _store is null
        ? throw new WasmError(ErrorCode.CallerGone, "This caller was never given to a host function.")
        : _store.EnterCaller(_serial, out caller);
}
