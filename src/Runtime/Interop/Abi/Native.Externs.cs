using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Abi;

// Memories, tables, globals and tags are indices into their store (NativeItem): nothing to delete. A context and an item of
// two different stores abort the process; the public types check that first.
internal static unsafe partial class Native
{
    // own wasm_memorytype_t* wasmtime_memory_type(const wasmtime_context_t*, const wasmtime_memory_t*)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_memory_type(nint context, NativeItem* memory);

    // wasmtime_error_t* wasmtime_memory_new(wasmtime_context_t*, const wasm_memorytype_t*, wasmtime_memory_t*)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_memory_new(nint context, nint type, NativeItem* result);

    // uint8_t* wasmtime_memory_data(wasmtime_context_t*, const wasmtime_memory_t*): valid until the memory grows.
    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial byte* wasmtime_memory_data(nint context, NativeItem* memory);

    // size_t wasmtime_memory_data_size(const wasmtime_context_t*, const wasmtime_memory_t*): bytes.
    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial nuint wasmtime_memory_data_size(nint context, NativeItem* memory);

    // wasmtime_error_t* wasmtime_memory_grow(wasmtime_context_t*, const wasmtime_memory_t*, uint64_t delta, uint64_t* prev_size): pages.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_memory_grow(nint context, NativeItem* memory, ulong delta, ulong* previous);

    // own wasm_tabletype_t* wasmtime_table_type(const wasmtime_context_t*, const wasmtime_table_t*)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_table_type(nint context, NativeItem* table);

    // wasmtime_error_t* wasmtime_table_new(wasmtime_context_t*, const wasm_tabletype_t*, const wasmtime_val_t* init, wasmtime_table_t*)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_table_new(nint context, nint type, NativeVal* init, NativeItem* result);

    // uint64_t wasmtime_table_size(const wasmtime_context_t*, const wasmtime_table_t*): elements.
    [LibraryImport(Library)]
    internal static partial ulong wasmtime_table_size(nint context, NativeItem* table);

    // bool wasmtime_table_get(wasmtime_context_t*, const wasmtime_table_t*, uint64_t index, own wasmtime_val_t*)
    [LibraryImport(Library)]
    internal static partial byte wasmtime_table_get(nint context, NativeItem* table, ulong index, NativeVal* val);

    // wasmtime_error_t* wasmtime_table_set(wasmtime_context_t*, const wasmtime_table_t*, uint64_t index, const wasmtime_val_t*)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_table_set(nint context, NativeItem* table, ulong index, NativeVal* val);

    // wasmtime_error_t* wasmtime_table_grow(wasmtime_context_t*, const wasmtime_table_t*, uint64_t delta, const wasmtime_val_t* init, uint64_t* prev_size)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_table_grow(nint context, NativeItem* table, ulong delta, NativeVal* init, ulong* previous);

    // own wasm_globaltype_t* wasmtime_global_type(const wasmtime_context_t*, const wasmtime_global_t*)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_global_type(nint context, NativeItem* global);

    // wasmtime_error_t* wasmtime_global_new(wasmtime_context_t*, const wasm_globaltype_t*, const wasmtime_val_t*, wasmtime_global_t*)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_global_new(nint context, nint type, NativeVal* val, NativeItem* result);

    // void wasmtime_global_get(wasmtime_context_t*, const wasmtime_global_t*, own wasmtime_val_t*)
    [LibraryImport(Library)]
    internal static partial void wasmtime_global_get(nint context, NativeItem* global, NativeVal* val);

    // wasmtime_error_t* wasmtime_global_set(wasmtime_context_t*, const wasmtime_global_t*, const wasmtime_val_t*)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_global_set(nint context, NativeItem* global, NativeVal* val);

    // own wasm_tagtype_t* wasmtime_tag_type(const wasmtime_context_t*, const wasmtime_tag_t*)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_tag_type(nint context, NativeItem* tag);

    // void wasm_tagtype_delete(own wasm_tagtype_t*)
    [LibraryImport(Library)]
    internal static partial void wasm_tagtype_delete(nint type);

    // void wasmtime_extern_delete(wasmtime_extern_t*): only shared memories own something.
    [LibraryImport(Library)]
    internal static partial void wasmtime_extern_delete(NativeExtern* item);

    // bool wasmtime_externref_new(wasmtime_context_t*, void* data, void (*finalizer)(void*), own wasmtime_externref_t* out): false when the heap is full.
    [LibraryImport(Library)]
    internal static partial byte wasmtime_externref_new(nint context, nint data, delegate* unmanaged[Cdecl]<nint, void> finalizer, NativeRef* result);

    // void* wasmtime_externref_data(wasmtime_context_t*, const wasmtime_externref_t*): null for a converted anyref.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_externref_data(nint context, NativeRef* reference);

    // void wasmtime_val_unroot(own wasmtime_val_t*): any thread, also after the store has gone.
    [LibraryImport(Library)]
    internal static partial void wasmtime_val_unroot(NativeVal* val);

    // void wasmtime_val_clone(const wasmtime_val_t* src, own wasmtime_val_t* dst)
    [LibraryImport(Library)]
    internal static partial void wasmtime_val_clone(NativeVal* source, NativeVal* copy);

    // bool wasmtime_context_has_exception(wasmtime_context_t*)
    [LibraryImport(Library)]
    internal static partial byte wasmtime_context_has_exception(nint context);

    // bool wasmtime_context_take_exception(wasmtime_context_t*, own wasmtime_exnref_t*)
    [LibraryImport(Library)]
    internal static partial byte wasmtime_context_take_exception(nint context, NativeRef* exception);
}
