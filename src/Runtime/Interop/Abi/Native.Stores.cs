using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Abi;

internal static unsafe partial class Native
{
    // own wasmtime_store_t* wasmtime_store_new(wasm_engine_t*, void* data, void (*finalizer)(void*)): keeps the engine alive.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_store_new(nint engine, nint data, nint finalizer);

    // wasmtime_context_t* wasmtime_store_context(wasmtime_store_t*): valid as long as the store.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_store_context(nint store);

    // void wasmtime_store_delete(own wasmtime_store_t*)
    [LibraryImport(Library)]
    internal static partial void wasmtime_store_delete(nint store);

    // void wasmtime_store_limiter(wasmtime_store_t*, int64_t memory_size, int64_t table_elements, int64_t instances, int64_t tables, int64_t memories): negative for no limit.
    [LibraryImport(Library)]
    internal static partial void wasmtime_store_limiter(nint store, long memorySize, long tableElements, long instances, long tables, long memories);

    // own wasmtime_error_t* wasmtime_context_set_fuel(wasmtime_context_t*, uint64_t)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_context_set_fuel(nint context, ulong fuel);

    // own wasmtime_error_t* wasmtime_context_get_fuel(const wasmtime_context_t*, uint64_t*)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_context_get_fuel(nint context, ulong* fuel);

    // own wasmtime_error_t* wasmtime_context_gc(wasmtime_context_t*)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_context_gc(nint context);

    // void* wasmtime_context_get_data(const wasmtime_context_t*): what StoreHandle put there, a weak GCHandle.
    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial nint wasmtime_context_get_data(nint context);

    // void wasmtime_context_set_epoch_deadline(wasmtime_context_t*, uint64_t ticks_beyond_current)
    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial void wasmtime_context_set_epoch_deadline(nint context, ulong ticks);

    // void wasmtime_store_epoch_deadline_callback(wasmtime_store_t*,
    //     wasmtime_error_t* (*)(wasmtime_context_t*, void* data, uint64_t* delta, wasmtime_update_deadline_kind_t*), void* data, void (*finalizer)(void*))
    [LibraryImport(Library)]
    internal static partial void wasmtime_store_epoch_deadline_callback(
        nint store,
        delegate* unmanaged[Cdecl]<nint, nint, ulong*, byte*, nint> callback,
        nint data,
        nint finalizer);
}
