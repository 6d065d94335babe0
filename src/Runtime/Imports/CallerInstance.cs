using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Imports;

/// <summary>
/// Finds the instance that called a host function, for what it imports: Wasmtime tells of a caller nothing but its exports. It is the one
/// whose exports are the caller's. The store must have been entered.
/// </summary>
internal static class CallerInstance
{
    // That many exports tell instances apart; a module may have thousands.
    private const int Compared = 4;

    /// <summary>An import of the calling instance that fits, or null.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>: several instances may be the caller, and import different objects.</exception>
    internal static WasmExtern? Import(WasmStore store, nint caller, Func<ImportType, bool> fits)
    {
        WasmExtern? found = null;
        for (var instance = store.LastInstance; instance is not null; instance = instance.Earlier)
        {
            if (instance.Imports is { } imports && IsCaller(instance, caller))
            {
                found = Same(found, Find(instance.Module, imports, fits));
            }
        }

        return found is null && store.Instantiating is { Items: { } items } under && HasExportsOf(store, caller, under.Module)
            ? Find(under.Module, items, fits)
            : found;
    }

    /// <summary>Whether any instance can have called: none has where the host itself called the function, as the export of an instance that
    /// only passes it on.</summary>
    internal static bool Exists(WasmStore store, nint caller)
    {
        for (var instance = store.LastInstance; instance is not null; instance = instance.Earlier)
        {
            if (instance.Module.Exports.Count == 0 || IsCaller(instance, caller))
            {
                return true;
            }
        }

        return store.Instantiating is { } under && HasExportsOf(store, caller, under.Module);
    }

    private static WasmExtern? Find(WasmModule module, WasmExtern?[] imports, Func<ImportType, bool> fits)
    {
        WasmExtern? found = null;
        for (int i = 0; i < imports.Length; i++)
        {
            found = imports[i] is { } item && fits(module.Imports[i]) ? Same(found, item) : found;
        }

        return found;
    }

    private static WasmExtern? Same(WasmExtern? found, WasmExtern? item) => found is null || item is null || IsSame(found, item)
        ? found ?? item
        : throw new WasmError(ErrorCode.ExportNotFound, "Several imports fit, of one instance or of several that may have called: ask for it by both its names (WasmCaller.GetImport), or have the guest export it.");

    private static bool IsCaller(WasmInstance instance, nint caller)
    {
        var exports = instance.Module.Exports;
        for (int i = 0; i < Math.Min(exports.Count, Compared); i++)
        {
            if (ExternBridge.CallerExport(instance.Store, caller, exports[i].Name) is not { } own || !IsSame(own, instance.Exports.At(i)!))
            {
                return false;
            }
        }

        bool isOnly = instance.Earlier is null && ReferenceEquals(instance.Store.LastInstance, instance);
        return exports.Count > 0 || isOnly;
    }

    private static bool HasExportsOf(WasmStore store, nint caller, WasmModule module)
    {
        var exports = module.Exports;
        for (int i = 0; i < Math.Min(exports.Count, Compared); i++)
        {
            if (ExternBridge.CallerExport(store, caller, exports[i].Name)?.Kind != exports[i].Type.Kind)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSame(WasmExtern one, WasmExtern other) => one.Kind == other.Kind
        && (one is WasmFunc func ? func.Equals(other) : one.Native.Item.Equals(other.Native.Item));
}
