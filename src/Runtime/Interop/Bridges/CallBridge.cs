using System.Runtime.CompilerServices;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Calls guest functions. The store must have been entered and a call level begun.</summary>
internal static unsafe class CallBridge
{
    /// <summary>Calls with numbers only; arguments and results share <paramref name="slots"/>. Allocates nothing unless the call fails.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static WasmException? CallRaw(WasmStore store, in NativeFunc func, Span<RawVal> slots)
    {
        nint trap = 0;
        nint error;
        fixed (RawVal* values = slots)
        {
            fixed (NativeFunc* target = &func)
            {
                error = Native.wasmtime_func_call_unchecked(store.Context, target, values, (nuint)slots.Length, &trap);
            }
        }

        return (error | trap) == 0 ? null : store.FailureOf(error, trap);
    }

    /// <summary>Calls with values of any kind. Wasmtime checks the arguments' types.</summary>
    internal static WasmException? CallVals(WasmStore store, in NativeFunc func, ReadOnlySpan<Val> arguments, Span<Val> results)
    {
        // On the unmanaged heap rather than the stack: a signature may have a thousand parameters.
        using var native = new NativeVals(arguments.Length + results.Length);
        NativeVal* args = native.Pointer;
        NativeVal* outcome = args + arguments.Length;
        int written = 0;
        try
        {
            for (; written < arguments.Length; written++)
            {
                ReferenceBridge.ToNative(store, arguments[written], args + written);
            }

            nint trap = 0;
            nint error;
            fixed (NativeFunc* target = &func)
            {
                error = Native.wasmtime_func_call(store.Context, target, args, (nuint)arguments.Length, outcome, (nuint)results.Length, &trap);
            }

            if ((error | trap) != 0)
            {
                return store.FailureOf(error, trap);
            }
        }
        finally
        {
            ReferenceBridge.Release(args, written);
        }

        for (int i = 0; i < results.Length; i++)
        {
            results[i] = ReferenceBridge.FromOwned(store, outcome + i);
        }

        return null;
    }

    internal static FuncType TypeOf(WasmStore store, in NativeFunc func)
    {
        fixed (NativeFunc* target = &func)
        {
            nint type = Native.wasmtime_func_type(store.Context, target);
            try
            {
                return TypeReader.ReadFuncType(type, store.Engine);
            }
            finally
            {
                Native.wasm_functype_delete(type);
            }
        }
    }

    // Which types of the guest's own a reference has is known to Wasmtime only.
    internal static WasmException WithSignature(WasmStore store, in NativeFunc func, WasmException failure) =>
        failure is { Code: ErrorCode.BadArguments, Origin: FailureOrigin.Store } && failure.Message.StartsWith(FailureMapper.ArgumentMismatch, StringComparison.Ordinal)
            ? new WasmError(ErrorCode.BadArguments, $"An argument of {TypeOf(store, func)}: {failure.Message}")
            : failure;
}
