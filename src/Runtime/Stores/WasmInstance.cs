using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;

namespace WasmActors.Runtime.Stores;

/// <summary>An instance of a module in a store. It lives as long as its store.</summary>
public sealed class WasmInstance
{
    /// <param name="store">The store.</param>
    /// <param name="native">The native instance.</param>
    /// <param name="module">The module.</param>
    /// <param name="imports">What of the store's own it imports, by the module's order; null for the host's functions, and for nothing at all.</param>
    internal WasmInstance(WasmStore store, NativeInstance native, WasmModule module, WasmExtern?[]? imports)
    {
        Store = store;
        Native = native;
        Module = module;
        Imports = imports;
        Exports = new InstanceExports(this);
        Earlier = store.LastInstance;
        store.LastInstance = this;
    }

    /// <summary>The store that it belongs to.</summary>
    public WasmStore Store { get; }

    /// <summary>The module that it was made from.</summary>
    public WasmModule Module { get; }

    /// <summary>Its exports in the module's order, by index and by name.</summary>
    public InstanceExports Exports { get; }

    internal NativeInstance Native { get; }

    internal WasmExtern?[]? Imports { get; }

    /// <summary>The instance that was made before it in its store; null for the first.</summary>
    internal WasmInstance? Earlier { get; }

    /// <summary>Returns an export of any kind.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c></exception>
    public WasmExtern GetExport(string name) => Exports[name];

    /// <summary>Returns an export of any kind, or null if the module exports nothing of that name.</summary>
    public WasmExtern? TryGetExport(string name) => Exports.TryGet(name);

    /// <summary>An exported function.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c></exception>
    public WasmFunc GetFunc(string name) => WasmExtern.Require<WasmFunc>(Exports[name], name);

    /// <summary>An exported memory; its usual name is the default.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c></exception>
    public WasmMemory GetMemory(string name = "memory") => WasmExtern.Require<WasmMemory>(Exports[name], name);

    /// <summary>An exported table.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c></exception>
    public WasmTable GetTable(string name) => WasmExtern.Require<WasmTable>(Exports[name], name);

    /// <summary>An exported global.</summary>
    /// <exception cref="WasmError"><c>export.not_found</c>, <c>export.wrong_kind</c></exception>
    public WasmGlobal GetGlobal(string name) => WasmExtern.Require<WasmGlobal>(Exports[name], name);

    /// <summary>An exported function, or null where no function of that name is exported.</summary>
    public WasmFunc? TryGetFunc(string name) => Exports.TryGet(name) as WasmFunc;

    /// <summary>Length of the memory that a claim is for, which is exported.</summary>
    internal long LengthOf(Claim claim) => ((WasmMemory)Exports.TryGet(claim.Export!)!).Length;

    /// <summary>Size of the table that a claim is for, which is exported.</summary>
    internal long SizeOf(Claim claim) => ((WasmTable)Exports.TryGet(claim.Export!)!).Size;

    /// <summary>Runs a WASI command to its end.</summary>
    /// <returns>Its exit status, 0 when it returned without one.</returns>
    /// <exception cref="WasmException">It trapped, or it is no command: <c>export.not_found</c>.</exception>
    public int RunCommand()
    {
        try
        {
            GetFunc("_start").Call();
            return 0;
        }
        catch (WasiExit exit)
        {
            return exit.Status;
        }
    }
}
