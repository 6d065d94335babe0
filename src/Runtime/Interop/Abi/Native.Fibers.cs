using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Abi;

// Calls on stacks of their own (wasmtime/async.h). A future borrows what it was made with, buffers included, until it is deleted:
// keep them where they are, and the store, linker and module reachable.
internal static unsafe partial class Native
{
    // own wasmtime_call_future_t* wasmtime_func_call_async(wasmtime_context_t*, const wasmtime_func_t*, const wasmtime_val_t* args, size_t,
    //     own wasmtime_val_t* results, size_t, own wasm_trap_t**, own wasmtime_error_t**): copies the arguments at once.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_func_call_async(
        nint context,
        NativeFunc* func,
        NativeVal* args,
        nuint argCount,
        NativeVal* results,
        nuint resultCount,
        nint* trap,
        nint* error);

    // bool wasmtime_call_future_poll(wasmtime_call_future_t*): runs the guest until it returns (true), or yields or waits (false).
    [LibraryImport(Library)]
    internal static partial byte wasmtime_call_future_poll(nint future);

    // void wasmtime_call_future_delete(own wasmtime_call_future_t*): unwinds a guest that has not returned.
    [LibraryImport(Library)]
    internal static partial void wasmtime_call_future_delete(nint future);

    // own wasmtime_call_future_t* wasmtime_instance_pre_instantiate_async(const wasmtime_instance_pre_t*, wasmtime_context_t*,
    //     wasmtime_instance_t*, own wasm_trap_t**, own wasmtime_error_t**)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_instance_pre_instantiate_async(nint pre, nint context, NativeInstance* instance, nint* trap, nint* error);

    // own wasmtime_call_future_t* wasmtime_linker_instantiate_async(const wasmtime_linker_t*, wasmtime_context_t*, const wasmtime_module_t*,
    //     wasmtime_instance_t*, own wasm_trap_t**, own wasmtime_error_t**)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_linker_instantiate_async(nint linker, nint context, nint module, NativeInstance* instance, nint* trap, nint* error);

    // wasmtime_error_t* wasmtime_linker_define_async_func(wasmtime_linker_t*, const char* module, size_t, const char* name, size_t,
    //     const wasm_functype_t*, wasmtime_func_async_callback_t, void* data, void (*finalizer)(void*)): the linker owns data from here on.
    // The callback gets pointers that stay valid until the continuation it hands out has answered true or was dropped.
    [LibraryImport(Library)]
    internal static partial nint wasmtime_linker_define_async_func(
        nint linker,
        byte* module,
        nuint moduleLength,
        byte* name,
        nuint nameLength,
        nint type,
        delegate* unmanaged[Cdecl]<nint, nint, NativeVal*, nuint, NativeVal*, nuint, nint*, NativeContinuation*, void> callback,
        nint data,
        delegate* unmanaged[Cdecl]<nint, void> finalizer);

    // bool wasmtime_linker_get(const wasmtime_linker_t*, wasmtime_context_t*, const char* module, size_t, const char* name, size_t, own wasmtime_extern_t*)
    [LibraryImport(Library)]
    internal static partial byte wasmtime_linker_get(nint linker, nint context, byte* module, nuint moduleLength, byte* name, nuint nameLength, NativeExtern* item);

    // void wasmtime_config_host_stack_creator_set(wasm_config_t*, const wasmtime_stack_creator_t*): copies the creator.
    [LibraryImport(Library)]
    internal static partial void wasmtime_config_host_stack_creator_set(nint config, NativeStackCreator* creator);

    // void wasmtime_config_async_stack_size_set(wasm_config_t*, size_t): bytes; at least the wasm stack's.
    [LibraryImport(Library)]
    internal static partial void wasmtime_config_async_stack_size_set(nint config, nuint size);
}

/// <summary><c>wasmtime_async_continuation_t</c>: asked whether an import's answer is there.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeContinuation
{
    public delegate* unmanaged[Cdecl]<nint, byte> Ready;
    public nint Env;
    public nint Finalizer;
}

/// <summary><c>wasmtime_stack_memory_t</c>: one stack; the finalizer gets it back.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeStackMemory
{
    public nint Env;
    public delegate* unmanaged[Cdecl]<nint, nuint*, byte*> Get;
    public delegate* unmanaged[Cdecl]<nint, void> Finalizer;
}

/// <summary><c>wasmtime_stack_creator_t</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeStackCreator
{
    public nint Env;
    public delegate* unmanaged[Cdecl]<nint, nuint, byte, NativeStackMemory*, nint> Create;
    public delegate* unmanaged[Cdecl]<nint, void> Finalizer;
}
