using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Wasmtime;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Native handles of the embedding's objects. They stay the embedding's: keep the object reachable while they are in use.</summary>
internal static class EmbeddingAccess
{
    internal static nint Pointer(Engine engine) => ((SafeHandle)EngineHandle(engine)).DangerousGetHandle();

    /// <summary>The configuration's <c>wasm_config_t*</c>, until an engine takes it.</summary>
    internal static object Handle(Config config) => ConfigHandle(config);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_NativeHandle")]
    [return: UnsafeAccessorType("Wasmtime.Engine+Handle, Wasmtime.Dotnet")]
    private static extern object EngineHandle(Engine engine);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_NativeHandle")]
    [return: UnsafeAccessorType("Wasmtime.Config+Handle, Wasmtime.Dotnet")]
    private static extern object ConfigHandle(Config config);
}
