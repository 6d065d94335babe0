using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Abi;

internal static unsafe partial class Native
{
    // wasmtime_error_t* wasmtime_func_call_unchecked(wasmtime_context_t*, const wasmtime_func_t*, wasmtime_val_raw_t* args_and_results, size_t, own wasm_trap_t**)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_func_call_unchecked(nint context, NativeFunc* func, RawVal* slots, nuint count, nint* trap);

    // wasmtime_error_t* wasmtime_func_call(wasmtime_context_t*, const wasmtime_func_t*, const wasmtime_val_t* args, size_t, own wasmtime_val_t* results, size_t, own wasm_trap_t**): the arguments stay the caller's.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_func_call(nint context, NativeFunc* func, NativeVal* args, nuint argCount, NativeVal* results, nuint resultCount, nint* trap);

    // void wasmtime_func_new(wasmtime_context_t*, const wasm_functype_t*, wasmtime_func_callback_t, void* env, void (*finalizer)(void*), wasmtime_func_t*): lives as long as the store.
    [LibraryImport(Library)]
    internal static partial void wasmtime_func_new(
        nint context,
        nint type,
        delegate* unmanaged[Cdecl]<nint, nint, NativeVal*, nuint, NativeVal*, nuint, nint> callback,
        nint data,
        delegate* unmanaged[Cdecl]<nint, void> finalizer,
        NativeFunc* result);

    // void wasmtime_func_new_unchecked(…, wasmtime_func_unchecked_callback_t, …)
    [LibraryImport(Library)]
    internal static partial void wasmtime_func_new_unchecked(
        nint context,
        nint type,
        delegate* unmanaged[Cdecl]<nint, nint, RawVal*, nuint, nint> callback,
        nint data,
        delegate* unmanaged[Cdecl]<nint, void> finalizer,
        NativeFunc* result);

    // own wasm_functype_t* wasmtime_func_type(const wasmtime_context_t*, const wasmtime_func_t*)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_func_type(nint context, NativeFunc* func);

    // bool wasmtime_caller_export_get(wasmtime_caller_t*, const char*, size_t, own wasmtime_extern_t*)
    [LibraryImport(Library)]
    internal static partial byte wasmtime_caller_export_get(nint caller, byte* name, nuint length, NativeExtern* item);

    // wasmtime_context_t* wasmtime_caller_context(wasmtime_caller_t*)
    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial nint wasmtime_caller_context(nint caller);

    // own wasm_trap_t* wasmtime_trap_new(const char* message, size_t)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_trap_new(byte* message, nuint length);

    // own wasmtime_error_t* wasmtime_error_new(const char* message): zero-terminated.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_error_new(byte* message);

    // bool wasmtime_trap_code(const wasm_trap_t*, wasmtime_trap_code_t*)
    [LibraryImport(Library)]
    internal static partial byte wasmtime_trap_code(nint trap, byte* code);

    // void wasm_trap_message(const wasm_trap_t*, own wasm_message_t* out): zero-terminated.
    [LibraryImport(Library)]
    internal static partial void wasm_trap_message(nint trap, NativeVec* message);

    // void wasm_trap_trace(const wasm_trap_t*, own wasm_frame_vec_t* out)
    [LibraryImport(Library)]
    internal static partial void wasm_trap_trace(nint trap, NativeVec* frames);

    // void wasm_trap_delete(own wasm_trap_t*)
    [LibraryImport(Library)]
    internal static partial void wasm_trap_delete(nint trap);

    // void wasmtime_error_message(const wasmtime_error_t*, own wasm_name_t* message)
    [LibraryImport(Library)]
    internal static partial void wasmtime_error_message(nint error, NativeVec* message);

    // bool wasmtime_error_exit_status(const wasmtime_error_t*, int* status)
    [LibraryImport(Library)]
    internal static partial byte wasmtime_error_exit_status(nint error, int* status);

    // void wasmtime_error_wasm_trace(const wasmtime_error_t*, own wasm_frame_vec_t* out)
    [LibraryImport(Library)]
    internal static partial void wasmtime_error_wasm_trace(nint error, NativeVec* frames);

    // void wasmtime_error_delete(own wasmtime_error_t*)
    [LibraryImport(Library)]
    internal static partial void wasmtime_error_delete(nint error);

    // void wasm_frame_vec_delete(own wasm_frame_vec_t*)
    [LibraryImport(Library)]
    internal static partial void wasm_frame_vec_delete(NativeVec* frames);

    // uint32_t wasm_frame_func_index(const wasm_frame_t*)
    [LibraryImport(Library)]
    internal static partial uint wasm_frame_func_index(nint frame);

    // size_t wasm_frame_func_offset(const wasm_frame_t*)
    [LibraryImport(Library)]
    internal static partial nuint wasm_frame_func_offset(nint frame);

    // size_t wasm_frame_module_offset(const wasm_frame_t*)
    [LibraryImport(Library)]
    internal static partial nuint wasm_frame_module_offset(nint frame);

    // const wasm_name_t* wasmtime_frame_func_name(const wasm_frame_t*): borrowed, null where there is none.
    [LibraryImport(Library)]
    internal static partial NativeVec* wasmtime_frame_func_name(nint frame);

    // const wasm_name_t* wasmtime_frame_module_name(const wasm_frame_t*): borrowed, null where there is none.
    [LibraryImport(Library)]
    internal static partial NativeVec* wasmtime_frame_module_name(nint frame);
}
