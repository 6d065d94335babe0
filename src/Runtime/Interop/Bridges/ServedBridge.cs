using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>
/// Lets guests call functions that are answered later. On a stack of Wasmtime's the callback returns at once and Wasmtime leaves the
/// stack; on a thread of its own the callback holds that thread.
/// </summary>
internal static unsafe class ServedBridge
{
    private static readonly LinkerFunc.Definer s_define = static (linker, module, moduleLength, name, nameLength, type, data) =>
        Native.wasmtime_linker_define_async_func(linker, module, moduleLength, name, nameLength, type, &OnCall, data, &LinkerFunc.FreeHandle);

    private static readonly LinkerFunc.Definer s_defineOnThreads = static (linker, module, moduleLength, name, nameLength, type, data) =>
        Native.wasmtime_linker_define_func(linker, module, moduleLength, name, nameLength, type, &OnThreadCall, data, &LinkerFunc.FreeHandle);

    /// <summary>Defines the function in a linker, for every store that instantiates through it.</summary>
    internal static void Define(WasmEngine engine, nint linker, string module, string name, ServedFunc definition) =>
        LinkerFunc.Define(engine, linker, module, name, definition.Type, definition, engine.NoFibers is null ? s_define : s_defineOnThreads);

    /// <summary>Makes the function in one store, for whoever passes it on as an import or in a table.</summary>
    internal static NativeFunc NewFunc(WasmStore store, ServedFunc definition)
    {
        using var linker = new LinkerHandle(Native.wasmtime_linker_new(store.Engine.Pointer));
        Define(store.Engine, linker.DangerousGetHandle(), "", "f", definition);
        NativeExtern item;
        byte name = (byte)'f';
        return Native.wasmtime_linker_get(linker.DangerousGetHandle(), store.Context, &name, 0, &name, 1, &item) != 0
            ? item.Func
            : throw new WasmError(ErrorCode.EngineError, "Wasmtime does not find the function that was just defined.");
    }

    // void (*)(void* env, wasmtime_caller_t*, const wasmtime_val_t* args, size_t, wasmtime_val_t* results, size_t, wasm_trap_t**,
    //     wasmtime_async_continuation_t*): on the guest's stack. Caller, results and trap stay valid until the continuation is done.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnCall(nint env, nint caller, NativeVal* args, nuint argCount, NativeVal* results, nuint resultCount, nint* trap, NativeContinuation* continuation)
    {
        continuation->Finalizer = 0;
        continuation->Env = caller;
        WasmStore? store = null;
        try
        {
            store = StoreHandle.Of(Native.wasmtime_caller_context(caller));
            if (MustWaitHere(store, env))
            {
                WaitHere(store, env, caller, args, argCount, results);
                continuation->Ready = &OnAskRefused;
                return;
            }

            Park(store, env, caller, args, argCount, (nint)results, (nint)trap);
            continuation->Ready = &OnAskReady;
        }
        catch (Exception failure)
        {
            *trap = HostBridge.Fail(store, failure);
            continuation->Ready = &OnAskRefused;
        }
    }

    // bool (*)(void* env): whether the answer is there; then it is written where the guest expects it.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte OnAskReady(nint caller)
    {
        WasmStore? store = null;
        try
        {
            store = StoreHandle.Of(Native.wasmtime_caller_context(caller));
            var call = store.Innermost!;
            var import = call.Import!;
            if (import.Guest is { } guest)
            {
                // Work that is to run with the waiting guest's frames below it.
                import.Guest = null;
                guest.RunNested();
                return 0;
            }

            import.WakeIfDue();
            if (!import.IsAnswered)
            {
                return 0;
            }

            store.Unpark(call);
            nint failed = Answer(store, import, (NativeVal*)call.ImportResults);
            if (failed != 0)
            {
                *(nint*)call.ImportTrap = failed;
            }
        }
        catch (Exception bug)
        {
            if (store?.Innermost is { } call)
            {
                *(nint*)call.ImportTrap = HostBridge.Fail(store, bug);
            }
        }

        return 1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte OnAskRefused(nint caller) => 1;

    // wasm_trap_t* (*)(void* env, wasmtime_caller_t*, const wasmtime_val_t* args, size_t, wasmtime_val_t* results, size_t)
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnThreadCall(nint env, nint caller, NativeVal* args, nuint argCount, NativeVal* results, nuint resultCount)
    {
        WasmStore? store = null;
        try
        {
            store = StoreHandle.Of(Native.wasmtime_caller_context(caller));
            if (MustWaitHere(store, env))
            {
                WaitHere(store, env, caller, args, argCount, results);
                return 0;
            }

            var import = Park(store, env, caller, args, argCount, 0, 0);
            var call = store.Innermost!;
            ((ThreadRun)call.Stack!).PauseUntil(import);
            if (call.Import is not null)
            {
                store.Unpark(call);
            }

            return Answer(store, import, results);
        }
        catch (Exception failure)
        {
            return HostBridge.Fail(store, failure);
        }
    }

    private static ParkedImport Park(WasmStore store, nint env, nint caller, NativeVal* args, nuint argCount, nint results, nint trap)
    {
        var definition = Definition(env);
        if (!store.CanPauseHere)
        {
            throw GuestCall.CannotWait(definition);
        }

        var import = store.Park(definition, Arguments(store, args, argCount), caller, results, trap);
        if (definition.Begin is not null)
        {
            import.BeginWait();
        }

        return import;
    }

    private static Val[] Arguments(WasmStore store, NativeVal* args, nuint count)
    {
        var arguments = count == 0 ? [] : new Val[(int)count];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = ReferenceBridge.FromBorrowed(store, args + i);
        }

        return arguments;
    }

    // Below a host function, or on another guest's stack, a guest that waits cannot be left: it holds the thread, until its deadline.
    private static bool MustWaitHere(WasmStore store, nint env) => !store.CanPauseHere && Definition(env).Begin is not null;

    private static void WaitHere(WasmStore store, nint env, nint caller, NativeVal* args, nuint argCount, NativeVal* results)
    {
        long serial = store.PushCaller(caller);
        try
        {
            var here = new WasmCaller(store, serial);
            int result = Definition(env).Begin!(here, Arguments(store, args, argCount)).Hold(here);
            ReferenceBridge.ToNative(store, Val.I32(result), results);
        }
        finally
        {
            store.PopCaller();
        }
    }

    private static ServedFunc Definition(nint env) => (ServedFunc)GCHandle.FromIntPtr(env).Target!;

    // The trap for the guest, or 0 after its results were written.
    private static nint Answer(WasmStore store, ParkedImport import, NativeVal* results)
    {
        if (import.Failure is { } failure)
        {
            return HostBridge.Fail(store, failure);
        }

        var values = import.Results!;
        int written = 0;
        try
        {
            for (; written < values.Length; written++)
            {
                ReferenceBridge.ToNative(store, values[written], results + written);
            }

            return 0;
        }
        catch (Exception refused)
        {
            ReferenceBridge.Release(results, written);
            for (int i = 0; i < written; i++)
            {
                results[i] = default;
            }

            return HostBridge.Fail(store, refused);
        }
    }
}
