using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using Wasmtime;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Sets a store's WASI context out of the embedding's configuration, with input from memory, which that lacks.</summary>
internal static unsafe class WasiBridge
{
    internal static void Apply(nint context, WasiConfiguration configuration, ReadOnlyMemory<byte>? input)
    {
        using var handle = (SafeHandle)Build(configuration);
        nint config = handle.DangerousGetHandle();
        if (input is { } bytes)
        {
            NativeVec vec;
            fixed (byte* data = bytes.Span)
            {
                Native.wasm_byte_vec_new(&vec, (nuint)bytes.Length, data);
            }

            Native.wasi_config_set_stdin_bytes(config, &vec);
        }

        handle.SetHandleAsInvalid();
        NativeError.Throw(Native.wasmtime_context_set_wasi(context, config), ErrorCode.WasiBadConfiguration, "The WASI settings were refused: ");
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Build")]
    [return: UnsafeAccessorType("Wasmtime.WasiConfiguration+Handle, Wasmtime.Dotnet")]
    private static extern object Build(WasiConfiguration configuration);
}
