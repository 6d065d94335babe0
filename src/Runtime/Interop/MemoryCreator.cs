using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Wasmtime;

namespace WasmActors.Runtime.Interop;

/// <summary>Hands an engine's stores their linear memories, and the guest's heap, out of the process's region. A store keeps them until it is disposed.</summary>
internal static unsafe class MemoryCreator
{
    /// <summary>Lets the stores of an engine that is made with this configuration have such memories. It must reserve no addresses
    /// and have no guards, so that compiled code compares every address with the memory's size.</summary>
    internal static Config WithMemoriesOfRegion(this Config config)
    {
        var handle = (SafeHandle)EmbeddingAccess.Handle(config);
        var creator = new NativeMemoryCreator { Create = &OnCreate };
        Native.wasmtime_config_host_memory_creator_set(handle.DangerousGetHandle(), &creator);
        GC.KeepAlive(config);
        return config;
    }

    // wasmtime_error_t* (*)(void* env, const wasm_memorytype_t*, size_t minimum, size_t maximum, size_t reserved, size_t guard, wasmtime_linear_memory_t* out): bytes.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnCreate(nint env, nint type, nuint minimum, nuint maximum, nuint reserved, nuint guard, NativeLinearMemory* result)
    {
        if ((reserved | guard) != 0)
        {
            return HostBridge.NewError("compiled code relies on reserved addresses that memories here do not have"u8);
        }

        try
        {
            var memory = (MemoryEnv*)NativeMemory.Alloc((nuint)sizeof(MemoryEnv));
            memory->Size = minimum;
            memory->Place = MemoryRegion.Shared.Take(minimum, out memory->Capacity);
            if (memory->Place != 0)
            {
                result->Env = (nint)memory;
                result->Get = &OnGet;
                result->Grow = &OnGrow;
                result->Finalizer = &OnFree;
                return 0;
            }

            NativeMemory.Free(memory);
        }
        catch (Exception)
        {
            // Out of memory: the answer is the same.
        }

        return HostBridge.NewError("mmap failed: the system has no room for another memory"u8);
    }

    // uint8_t* (*)(void* env, size_t* size, size_t* capacity): it does not move while it grows up to its capacity.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* OnGet(nint env, nuint* size, nuint* capacity)
    {
        var memory = (MemoryEnv*)env;
        *size = memory->Size;
        *capacity = memory->Capacity;
        return (byte*)memory->Place;
    }

    // wasmtime_error_t* (*)(void* env, size_t new_size): within the store's limits, which Wasmtime has asked before. The guest is answered -1 for an error.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnGrow(nint env, nuint size)
    {
        var memory = (MemoryEnv*)env;
        if (size > memory->Capacity)
        {
            nint moved = MemoryRegion.Shared.Move(memory->Place, memory->Size, size, ref memory->Capacity);
            if (moved == 0)
            {
                return HostBridge.NewError("mmap failed: the system has no room for a larger memory"u8);
            }

            memory->Place = moved;
        }

        memory->Size = size;
        return 0;
    }

    // void (*)(void* env): the store lets go of the memory.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFree(nint env)
    {
        var memory = (MemoryEnv*)env;
        MemoryRegion.Shared.Give(memory->Place, memory->Capacity);
        NativeMemory.Free(memory);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryEnv
    {
        public nint Place;
        public nuint Size;
        public nuint Capacity;
    }
}
