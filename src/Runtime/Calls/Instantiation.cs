using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Interop;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Calls;

/// <summary>One instantiation, the module's start function included.</summary>
public sealed class Instantiation : GuestCall
{
    private readonly WasmModule _module;
    private readonly ImportSet? _set;
    private readonly WasmExtern[] _imports;

    internal Instantiation(WasmStore store, WasmModule module, ImportSet set)
        : base(store)
    {
        _module = module;
        _set = set;
        _imports = [];
    }

    internal Instantiation(WasmStore store, WasmModule module, WasmExtern[] imports)
        : base(store)
    {
        _module = module;
        _imports = imports;
    }

    /// <summary>The new instance, once the work is completed.</summary>
    public WasmInstance? Instance { get; private set; }

    private protected override WasmException? Run()
    {
        try
        {
            Store.RequireUsable(_module);
            var native = _set is null
                ? InstanceBridge.Instantiate(Store, _module, _imports, out var failure)
                : _set.Instantiate(Store, _module, out failure);
            if (failure is null)
            {
                Instance = new WasmInstance(Store, native, _module);
            }

            return failure;
        }
        catch (WasmException refused)
        {
            return refused;
        }
    }
}
