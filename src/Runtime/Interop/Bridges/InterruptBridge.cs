using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Machine;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Runs at each epoch tick of a running guest, on its thread, and ends it when its deadline or a cancellation came.</summary>
internal static unsafe class InterruptBridge
{
    // WASMTIME_UPDATE_DEADLINE_CONTINUE, WASMTIME_UPDATE_DEADLINE_YIELD
    private const byte Continue = 0;
    private const byte Yield = 1;

    /// <summary>Lets the native store ask at each tick; before that, the first tick would trap.</summary>
    internal static void Attach(nint store) => Native.wasmtime_store_epoch_deadline_callback(store, &OnTick, 0, 0);

    // wasmtime_error_t* (*)(wasmtime_context_t*, void* data, uint64_t* epoch_deadline_delta, wasmtime_update_deadline_kind_t*)
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnTick(nint context, nint data, ulong* delta, byte* kind)
    {
        try
        {
            var store = StoreHandle.Of(context);
            if (store.CheckInterrupt() is { } failure)
            {
                store.SetPending(failure);
                return HostBridge.NewError("interrupted"u8);
            }

            if (store.CanPauseHere && Slice.IsOver)
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
            StoreHandle.Of(context).SetPending(failure);
            return HostBridge.NewError("interrupted"u8);
        }

        *delta = 1;
        *kind = Continue;
        return 0;
    }
}
