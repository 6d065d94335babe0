using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Abi;

internal static unsafe partial class Native
{
    // void wasmtime_config_wasm_custom_page_sizes_set(wasm_config_t*, bool)
    [LibraryImport(Library)]
    internal static partial void wasmtime_config_wasm_custom_page_sizes_set(nint config, byte enable);

    // wasmtime_error_t* wasmtime_module_new(wasm_engine_t*, const uint8_t* wasm, size_t, own wasmtime_module_t** ret)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_module_new(nint engine, byte* wasm, nuint length, nint* module);

    // wasmtime_error_t* wasmtime_module_validate(wasm_engine_t*, const uint8_t* wasm, size_t): keeps nothing of them
    [LibraryImport(Library)]
    internal static partial nint wasmtime_module_validate(nint engine, byte* wasm, nuint length);

    // void wasmtime_module_delete(own wasmtime_module_t*)
    [LibraryImport(Library)]
    internal static partial void wasmtime_module_delete(nint module);

    // void wasmtime_module_imports(const wasmtime_module_t*, own wasm_importtype_vec_t* out)
    [LibraryImport(Library)]
    internal static partial void wasmtime_module_imports(nint module, NativeVec* result);

    // void wasmtime_module_exports(const wasmtime_module_t*, own wasm_exporttype_vec_t* out)
    [LibraryImport(Library)]
    internal static partial void wasmtime_module_exports(nint module, NativeVec* result);

    // wasmtime_error_t* wasmtime_module_serialize(wasmtime_module_t*, own wasm_byte_vec_t* ret)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_module_serialize(nint module, NativeVec* result);

    // wasmtime_error_t* wasmtime_module_deserialize(wasm_engine_t*, const uint8_t* bytes, size_t, own wasmtime_module_t** ret): copies them
    [LibraryImport(Library)]
    internal static partial nint wasmtime_module_deserialize(nint engine, byte* bytes, nuint length, nint* module);

    // wasmtime_error_t* wasmtime_wat2wasm(const char* wat, size_t, own wasm_byte_vec_t* ret)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_wat2wasm(byte* wat, nuint length, NativeVec* result);

    // own wasmtime_linker_t* wasmtime_linker_new(wasm_engine_t*)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_linker_new(nint engine);

    // void wasmtime_linker_delete(own wasmtime_linker_t*)
    [LibraryImport(Library)]
    internal static partial void wasmtime_linker_delete(nint linker);

    // void wasmtime_linker_allow_shadowing(wasmtime_linker_t*, bool)
    [LibraryImport(Library)]
    internal static partial void wasmtime_linker_allow_shadowing(nint linker, byte allow);

    // wasmtime_error_t* wasmtime_linker_define_wasi(wasmtime_linker_t*): calls of it abort the process in a store without
    // a WASI context, so a store that links WASI always gets one first.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_linker_define_wasi(nint linker);

    // wasmtime_error_t* wasmtime_linker_define(wasmtime_linker_t*, wasmtime_context_t*, const char* module, size_t,
    //     const char* name, size_t, const wasmtime_extern_t*): copies the item.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_linker_define(nint linker, nint context, byte* module, nuint moduleLength, byte* name, nuint nameLength, NativeExtern* item);

    // wasmtime_error_t* wasmtime_linker_define_func(wasmtime_linker_t*, const char* module, size_t, const char* name, size_t,
    //     const wasm_functype_t*, wasmtime_func_callback_t, void* data, void (*finalizer)(void*)): the linker owns data from
    //     here on, also when it answers an error.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_linker_define_func(
        nint linker,
        byte* module,
        nuint moduleLength,
        byte* name,
        nuint nameLength,
        nint type,
        delegate* unmanaged[Cdecl]<nint, nint, NativeVal*, nuint, NativeVal*, nuint, nint> callback,
        nint data,
        delegate* unmanaged[Cdecl]<nint, void> finalizer);

    // wasmtime_error_t* wasmtime_linker_define_func_unchecked(…, wasmtime_func_unchecked_callback_t, …): as above, raw values.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_linker_define_func_unchecked(
        nint linker,
        byte* module,
        nuint moduleLength,
        byte* name,
        nuint nameLength,
        nint type,
        delegate* unmanaged[Cdecl]<nint, nint, RawVal*, nuint, nint> callback,
        nint data,
        delegate* unmanaged[Cdecl]<nint, void> finalizer);

    // wasmtime_error_t* wasmtime_linker_instantiate_pre(const wasmtime_linker_t*, const wasmtime_module_t*, own wasmtime_instance_pre_t**)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_linker_instantiate_pre(nint linker, nint module, nint* result);

    // void wasmtime_instance_pre_delete(own wasmtime_instance_pre_t*)
    [LibraryImport(Library)]
    internal static partial void wasmtime_instance_pre_delete(nint pre);

    // wasmtime_error_t* wasmtime_instance_pre_instantiate(const wasmtime_instance_pre_t*, wasmtime_context_t*, wasmtime_instance_t*, own wasm_trap_t**)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_instance_pre_instantiate(nint pre, nint context, NativeInstance* instance, nint* trap);

    // wasmtime_error_t* wasmtime_linker_instantiate(const wasmtime_linker_t*, wasmtime_context_t*, const wasmtime_module_t*, wasmtime_instance_t*, own wasm_trap_t**)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_linker_instantiate(nint linker, nint context, nint module, NativeInstance* instance, nint* trap);

    // wasmtime_error_t* wasmtime_instance_new(wasmtime_context_t*, const wasmtime_module_t*, const wasmtime_extern_t* imports, size_t, wasmtime_instance_t*, own wasm_trap_t**)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_instance_new(nint context, nint module, NativeExtern* imports, nuint count, NativeInstance* instance, nint* trap);

    // bool wasmtime_instance_export_nth(wasmtime_context_t*, const wasmtime_instance_t*, size_t, char** name, size_t*, own wasmtime_extern_t*): the name is borrowed.
    [LibraryImport(Library)]
    internal static partial byte wasmtime_instance_export_nth(nint context, NativeInstance* instance, nuint index, byte** name, nuint* nameLength, NativeExtern* item);

    // wasmtime_error_t* wasmtime_context_set_wasi(wasmtime_context_t*, own wasi_config_t*): takes the configuration.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_context_set_wasi(nint context, nint config);

    // void wasi_config_set_stdin_bytes(wasi_config_t*, own wasm_byte_vec_t*): takes the bytes.
    [LibraryImport(Library)]
    internal static partial void wasi_config_set_stdin_bytes(nint config, NativeVec* bytes);

    // void wasm_byte_vec_new(own wasm_byte_vec_t* out, size_t, const byte_t*): copies.
    [LibraryImport(Library)]
    internal static partial void wasm_byte_vec_new(NativeVec* vec, nuint size, byte* data);
}
