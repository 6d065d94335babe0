using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Abi;

// Linear memories that the host makes (wasmtime/config.h).
internal static unsafe partial class Native
{
    // void wasmtime_config_host_memory_creator_set(wasm_config_t*, const wasmtime_memory_creator_t*): copies the creator. On-demand allocation only.
    [LibraryImport(Library)]
    internal static partial void wasmtime_config_host_memory_creator_set(nint config, NativeMemoryCreator* creator);
}

/// <summary><c>wasmtime_linear_memory_t</c>: one memory; the finalizer gets it back.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeLinearMemory
{
    public nint Env;
    public delegate* unmanaged[Cdecl]<nint, nuint*, nuint*, byte*> Get;
    public delegate* unmanaged[Cdecl]<nint, nuint, nint> Grow;
    public delegate* unmanaged[Cdecl]<nint, void> Finalizer;
}

/// <summary><c>wasmtime_memory_creator_t</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeMemoryCreator
{
    public nint Env;
    public delegate* unmanaged[Cdecl]<nint, nint, nuint, nuint, nuint, nuint, NativeLinearMemory*, nint> Create;
    public delegate* unmanaged[Cdecl]<nint, void> Finalizer;
}
