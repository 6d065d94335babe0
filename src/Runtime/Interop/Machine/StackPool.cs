using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using Wasmtime;

namespace WasmActors.Runtime.Interop.Machine;

/// <summary>Hands an engine's stores their stacks out of the process's region, up to the engine's bound. A store keeps the stack of
/// its last call until it is disposed.</summary>
internal sealed unsafe class StackPool
{
    /// <summary>How the refusal begins, as Wasmtime passes it on.</summary>
    internal const string Exhausted = "no stack is free for another guest that can be paused";

    // In how many paused guests the one nests that this thread is about to run.
    [ThreadStatic]
    private static int t_depth;

    private readonly int _limit;
    private int _taken;

    private StackPool(int limit) => _limit = limit;

    /// <summary>Stacks that are in use or kept by stores.</summary>
    internal int Taken => Volatile.Read(ref _taken);

    /// <summary>Says how deep the guest nests that runs next on this thread; if that needs a new stack, it will lie below the others'.</summary>
    internal static void SetDepth(int depth) => t_depth = depth;

    /// <summary>Lets the stores of an engine that is made with this configuration have such stacks.</summary>
    internal static StackPool Attach(Config config, int limit)
    {
        var pool = new StackPool(limit);
        using var handle = new ConfigHandle(config);
        var creator = new NativeStackCreator { Env = GCHandle.ToIntPtr(GCHandle.Alloc(pool)), Create = &OnCreate, Finalizer = &FreeHandle };
        Native.wasmtime_config_async_stack_size_set(handle.Pointer, StackRegion.UsableBytes);
        Native.wasmtime_config_host_stack_creator_set(handle.Pointer, &creator);
        return pool;
    }

    // wasmtime_error_t* (*)(void* env, size_t size, bool zeroed, wasmtime_stack_memory_t* out)
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnCreate(nint env, nuint size, byte zeroed, NativeStackMemory* result)
    {
        try
        {
            var pool = (StackPool)GCHandle.FromIntPtr(env).Target!;
            if (Interlocked.Increment(ref pool._taken) <= pool._limit && StackRegion.Shared.Take(t_depth) is not 0 and var top)
            {
                var stack = (StackEnv*)NativeMemory.Alloc((nuint)sizeof(StackEnv));
                stack->Top = top;
                stack->Pool = env;
                result->Env = (nint)stack;
                result->Get = &OnGet;
                result->Finalizer = &OnFree;
                return 0;
            }

            Interlocked.Decrement(ref pool._taken);
        }
        catch (Exception)
        {
            // Out of memory: the answer is the same.
        }

        return HostBridge.NewError("no stack is free for another guest that can be paused"u8);
    }

    // uint8_t* (*)(void* env, size_t* length): the upper end.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* OnGet(nint env, nuint* length)
    {
        *length = StackRegion.UsableBytes;
        return (byte*)((StackEnv*)env)->Top;
    }

    // void (*)(void* env): the store lets go of the stack. The engine, and with it the creator, outlives its stores.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFree(nint env)
    {
        var stack = (StackEnv*)env;
        Interlocked.Decrement(ref ((StackPool)GCHandle.FromIntPtr(stack->Pool).Target!)._taken);
        StackRegion.Shared.Give(stack->Top);
        NativeMemory.Free(stack);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void FreeHandle(nint handle) => GCHandle.FromIntPtr(handle).Free();

    [StructLayout(LayoutKind.Sequential)]
    private struct StackEnv
    {
        public nint Top;
        public nint Pool;
    }

    /// <summary>The embedding's configuration, kept while a native function works on it.</summary>
    private readonly ref struct ConfigHandle(Config config)
    {
        private readonly SafeHandle _handle = (SafeHandle)EmbeddingAccess.Handle(config);

        internal nint Pointer => _handle.DangerousGetHandle();

        public void Dispose() => GC.KeepAlive(_handle);
    }
}
