using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Interop.Memories;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Calls;

/// <summary>One instantiation, the module's start function included.</summary>
public sealed class Instantiation : GuestCall
{
    private readonly WasmModule _module;
    private readonly ImportSet? _set;
    private readonly WasmExtern[] _imports;
    private LinkedModule? _linked;
    private IDisposable? _linker;
    private WasmStore.Admission? _admission;
    private Instantiation? _outer;
    private bool _isUnderWay;

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

    /// <summary>The module that is instantiated.</summary>
    internal WasmModule Module => _module;

    /// <summary>What of the store's own it imports, see <see cref="WasmInstance.Imports"/>; once it is under way.</summary>
    internal WasmExtern?[]? Items { get; private set; }

    /// <summary>The new instance, once the work is completed.</summary>
    public WasmInstance? Instance { get; private set; }

    private protected override void Prepare()
    {
        Store.RequireUsable(_module);
        Store.RequireAllowed(_module);
        Link();
        _admission = Store.Admit(_module);
    }

    /// <summary>Once the work has ended, well or not: what it takes of the store's limits is known.</summary>
    private protected override void Ended()
    {
        if (_isUnderWay)
        {
            _isUnderWay = false;
            Store.Instantiating = _outer;
        }

        if (_admission is { } admission)
        {
            _admission = null;
            Store.Settle(admission, _module, Instance, Failure, wasBegun: Slices > 0);
        }
    }

    private void Link()
    {
        Store.UsesGuestHeap |= _module.UsesGuestHeap;
        if (_set is null)
        {
            return;
        }

        _linked = _set.Link(_module);
        if (_linked.HasServed)
        {
            Store.UseServed();
        }

        if (_linked.NeedsWasi)
        {
            Store.EnsureWasi();
        }

        if (Store.IsPreemptive && (_linked.Sleeps || (_linked.ReadsInput && Store.Wasi.Input is not null)))
        {
            Store.UseServed();
        }
    }

    internal override nint BeginFuture(FutureFrame frame)
    {
        BeginItems();
        MemoryCreator.MakeFor(Store.Account); // the first poll makes them, which is next
        return _linked is { } linked
            ? linked.BeginInstantiate(Store, _module, Items, frame, out _linker)
            : InstanceBridge.BeginInstantiate(Store, _module, _imports, frame, out _linker);
    }

    internal override bool EndFuture(FutureFrame frame)
    {
        Instance = new WasmInstance(Store, InstanceBridge.ReadInstance(frame), _module, Items);
        _linker?.Dispose();
        return false;
    }

    internal override WasmException Explain(WasmException failure)
    {
        _linker?.Dispose();
        return InstanceBridge.Relabel(failure);
    }

    internal override WasmException? Run()
    {
        try
        {
            BeginItems();
            MemoryCreator.MakeFor(Store.Account);
            WasmException? failure;
            var native = _linked is { } linked
                ? linked.Instantiate(Store, _module, Items, out failure)
                : InstanceBridge.Instantiate(Store, _module, _imports, out failure);
            if (failure is null)
            {
                Instance = new WasmInstance(Store, native, _module, Items);
            }

            return failure;
        }
        catch (WasmException refused)
        {
            return refused;
        }
    }

    // Its start function may call host functions that ask for what it imports.
    private void BeginItems()
    {
        Items = _linked is { } linked ? linked.Items(Store) : _imports.Length == 0 ? null : _imports;
        _isUnderWay = true;
        (_outer, Store.Instantiating) = (Store.Instantiating, this);
    }
}
