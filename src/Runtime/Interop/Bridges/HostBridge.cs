using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Machine;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>
/// Runs host functions for guests. No exception leaves a callback: it is kept in the store and the guest gets a trap, so
/// that the call that ran the guest can answer with the original exception.
/// </summary>
internal static unsafe class HostBridge
{
    private static readonly LinkerFunc.Definer s_define = static (linker, module, moduleLength, name, nameLength, type, data) =>
        Native.wasmtime_linker_define_func(linker, module, moduleLength, name, nameLength, type, &OnCall, data, &LinkerFunc.FreeHandle);

    private static readonly LinkerFunc.Definer s_defineNumeric = static (linker, module, moduleLength, name, nameLength, type, data) =>
        Native.wasmtime_linker_define_func_unchecked(linker, module, moduleLength, name, nameLength, type, &OnRawCall, data, &LinkerFunc.FreeHandle);

    /// <summary>Makes the function in a store; it lives as long as the store.</summary>
    internal static NativeFunc NewFunc(WasmStore store, HostFunc definition)
    {
        nint type = TypeWriter.NewFuncType(store.Engine, definition.Type);
        nint data = GCHandle.ToIntPtr(GCHandle.Alloc(definition));
        NativeFunc func;
        if (definition.Type.IsNumeric)
        {
            Native.wasmtime_func_new_unchecked(store.Context, type, &OnRawCall, data, &LinkerFunc.FreeHandle, &func);
        }
        else
        {
            Native.wasmtime_func_new(store.Context, type, &OnCall, data, &LinkerFunc.FreeHandle, &func);
        }

        Native.wasm_functype_delete(type);
        return func;
    }

    /// <summary>Defines the function in a linker, for every store that instantiates through it.</summary>
    internal static void Define(WasmEngine engine, nint linker, string module, string name, HostFunc definition) =>
        LinkerFunc.Define(engine, linker, module, name, definition.Type, definition, definition.Type.IsNumeric ? s_defineNumeric : s_define);

    /// <summary>An error for Wasmtime; the text is for its own diagnostics only.</summary>
    internal static nint NewError(ReadOnlySpan<byte> zeroTerminated)
    {
        fixed (byte* text = zeroTerminated)
        {
            return Native.wasmtime_error_new(text);
        }
    }

    // wasm_trap_t* (*)(void* env, wasmtime_caller_t*, wasmtime_val_raw_t* args_and_results, size_t): numbers only.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnRawCall(nint env, nint caller, RawVal* slots, nuint count)
    {
        WasmStore? store = null;
        try
        {
            store = StoreHandle.Of(Native.wasmtime_caller_context(caller));
            var definition = (HostFunc)GCHandle.FromIntPtr(env).Target!;
            long serial = store.PushCaller(caller);
            try
            {
                EnsureStack();
                definition.Thunk.InvokeRaw(new WasmCaller(store, serial), ref *slots);
            }
            finally
            {
                store.PopCaller();
            }

            return 0;
        }
        catch (Exception failure)
        {
            return Fail(store, failure);
        }
    }

    // wasm_trap_t* (*)(void* env, wasmtime_caller_t*, const wasmtime_val_t* args, size_t, wasmtime_val_t* results, size_t):
    // the arguments stay Wasmtime's, the results become Wasmtime's.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnCall(nint env, nint caller, NativeVal* args, nuint argCount, NativeVal* results, nuint resultCount)
    {
        WasmStore? store = null;
        int written = 0;
        try
        {
            store = StoreHandle.Of(Native.wasmtime_caller_context(caller));
            var definition = (HostFunc)GCHandle.FromIntPtr(env).Target!;
            var arguments = new Val[(int)argCount];
            for (int i = 0; i < arguments.Length; i++)
            {
                arguments[i] = ReferenceBridge.FromBorrowed(store, args + i);
            }

            long serial = store.PushCaller(caller);
            try
            {
                EnsureStack();
                Val[] values = definition.Thunk.InvokeVals(new WasmCaller(store, serial), arguments);
                for (; written < values.Length; written++)
                {
                    ReferenceBridge.ToNative(store, values[written], results + written);
                }
            }
            finally
            {
                store.PopCaller();
            }

            store.LastReturned = definition;
            return 0;
        }
        catch (Exception failure)
        {
            ReferenceBridge.Release(results, written);
            for (int i = 0; i < written; i++)
            {
                results[i] = default;
            }

            return Fail(store, failure);
        }
    }

    private static void EnsureStack()
    {
        if (!ThreadStack.HasRoomForHost())
        {
            throw new WasmError(ErrorCode.StackTooSmall, "The stack is nearly used up: the host function was not run. Nest or recurse less.");
        }
    }

    /// <summary>Keeps the failure for whoever called the guest, and makes the trap that unwinds it.</summary>
    internal static nint Fail(WasmStore? store, Exception failure)
    {
        store?.SetPending(failure);
        ReadOnlySpan<byte> message = "host function failed"u8;
        fixed (byte* text = message)
        {
            return Native.wasmtime_trap_new(text, (nuint)message.Length);
        }
    }
}
