using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Interop;

/// <summary>Runs at each epoch tick of a running guest, on its thread, and ends it when its deadline or a cancellation came.</summary>
internal static unsafe class InterruptBridge
{
    // WASMTIME_UPDATE_DEADLINE_CONTINUE, WASMTIME_UPDATE_DEADLINE_YIELD
    private const byte Continue = 0;
    private const byte Yield = 1;

    /// <summary>Lets the native store ask at each tick; before that, the first tick would trap.</summary>
    internal static void Attach(nint store) => Native.wasmtime_store_epoch_deadline_callback(store, &OnTick, 0, 0);

    /// <summary>The managed store behind a native context: the embedding keeps a weak handle to its own store there.</summary>
    internal static WasmStore StoreOf(nint context)
    {
        var embedded = (Wasmtime.Store)GCHandle.FromIntPtr(Native.wasmtime_context_get_data(context)).Target!;
        return (WasmStore)embedded.GetData()!;
    }

    // wasmtime_error_t* (*)(wasmtime_context_t*, void* data, uint64_t* epoch_deadline_delta, wasmtime_update_deadline_kind_t*)
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnTick(nint context, nint data, ulong* delta, byte* kind)
    {
        try
        {
            var store = StoreOf(context);
            if (store.CheckInterrupt() is { } failure)
            {
                store.SetPending(failure);
                return HostBridge.NewError("interrupted"u8);
            }

            if (store.CanPauseHere)
            {
                if (store.Innermost!.Stack is ThreadRun thread)
                {
                    if (thread.Pause() is { } dropped)
                    {
                        store.SetPending(dropped);
                        return HostBridge.NewError("interrupted"u8);
                    }
                }
                else
                {
                    *delta = 1;
                    *kind = Yield;
                    return 0;
                }
            }
        }
        catch (Exception failure)
        {
            // A clock or a signal that throws ends the call rather than the process.
            StoreOf(context).SetPending(failure);
            return HostBridge.NewError("interrupted"u8);
        }

        *delta = 1;
        *kind = Continue;
        return 0;
    }
}
