using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Owns a <c>wasmtime_store_t*</c>, and with it all that is in the store. One thread at a time.</summary>
/// <remarks>The embedding's own <c>Store</c> costs each store three dictionaries more, 1.5 KB, that nothing here reads.</remarks>
internal sealed unsafe class StoreHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly WasmEngine _engine;
    private readonly long _id;
    private readonly GCHandle _store;

    /// <summary>Makes the native store; it knows its managed one, but does not keep it alive.</summary>
    internal StoreHandle(WasmEngine engine, WasmStore store)
        : base(ownsHandle: true)
    {
        _engine = engine;
        _id = store.Id;
        _store = GCHandle.Alloc(store, GCHandleType.Weak);
        SetHandle(Native.wasmtime_store_new(engine.Pointer, GCHandle.ToIntPtr(_store), 0));
        Context = Native.wasmtime_store_context(handle);
        InterruptBridge.Attach(handle);
    }

    /// <summary><c>wasmtime_context_t*</c>, valid as long as the store.</summary>
    internal nint Context { get; }

    /// <summary>The managed store behind a native context.</summary>
    internal static WasmStore Of(nint context) => (WasmStore)GCHandle.FromIntPtr(Native.wasmtime_context_get_data(context)).Target!;

    /// <summary>Sets what one memory and one table may have, in bytes and elements, and how many of each there may be; null for no limit.</summary>
    internal void SetLimits(long? memoryBytes, long? tableElements, long? instances, long? tables, long? memories) =>
        Native.wasmtime_store_limiter(handle, memoryBytes ?? -1, tableElements ?? -1, instances ?? -1, tables ?? -1, memories ?? -1);

    internal ulong GetFuel()
    {
        ulong fuel;
        NativeError.Throw(Native.wasmtime_context_get_fuel(Context, &fuel), ErrorCode.EngineError);
        return fuel;
    }

    internal void SetFuel(ulong fuel) => NativeError.Throw(Native.wasmtime_context_set_fuel(Context, fuel), ErrorCode.EngineError);

    internal void CollectGuestHeap() => NativeError.Throw(Native.wasmtime_context_gc(Context), ErrorCode.EngineError);

    // Also for a store that nobody disposed. The native store keeps the native engine.
    protected override bool ReleaseHandle()
    {
        Native.wasmtime_store_delete(handle);
        _store.Free();
        _engine.Remove(_id);
        return true;
    }
}
