using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Interop.Machine;
using WasmActors.Runtime.Limits;
using Wasmtime;

namespace WasmActors.Runtime.Interop.Memories;

/// <summary>
/// Makes the linear memories of an engine's instances, and guests' heaps: with reserved addresses, or, for an engine without, out of the process's
/// region. A store keeps them until it is disposed. The store's account is asked before a memory is made or grows.
/// </summary>
internal static unsafe class MemoryCreator
{
    /// <summary>How the error begins, as Wasmtime passes it on, if a store's account has no room for a new memory.</summary>
    internal const string NoRoom = "the host has no room for another memory";

    // Whose memories are being made on this thread. Wasmtime does not say for which store it wants one.
    [ThreadStatic]
    private static MemoryAccount? t_account;

    /// <summary>Whether this system has what the memories need.</summary>
    internal static bool IsSupported => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Memories that are made on this thread from now on are for this account; null for none.</summary>
    internal static void MakeFor(MemoryAccount? account) => t_account = account;

    /// <summary>Lets the stores of an engine that is made with this configuration have such memories.</summary>
    internal static Config WithMemoriesOfHost(this Config config)
    {
        var handle = (SafeHandle)EmbeddingAccess.Handle(config);
        var creator = new NativeMemoryCreator { Create = &OnCreate };
        Native.wasmtime_config_host_memory_creator_set(handle.DangerousGetHandle(), &creator);
        GC.KeepAlive(config);
        return config.WithMemoryInitCopyOnWrite(false); // images are for Wasmtime's own memories: it panics with others
    }

    // wasmtime_error_t* (*)(void* env, const wasm_memorytype_t*, size_t minimum, size_t maximum, size_t reserved, size_t guard, wasmtime_linear_memory_t* out): bytes.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnCreate(nint env, nint type, nuint minimum, nuint maximum, nuint reserved, nuint guard, NativeLinearMemory* result)
    {
        var account = t_account;
        if (account?.TryTake((long)minimum) == false)
        {
            return HostBridge.NewError("the host has no room for another memory"u8);
        }

        try
        {
            var memory = (MemoryEnv*)NativeMemory.Alloc((nuint)sizeof(MemoryEnv));
            *memory = new MemoryEnv { Size = minimum, Guard = guard, IsReserved = (reserved | guard) != 0 };
            memory->Place = memory->IsReserved
                ? ReservedMemory.Take(minimum, reserved, guard, out memory->Capacity)
                : MemoryRegion.Shared.Take(minimum, out memory->Capacity);
            if (memory->Place != 0)
            {
                memory->Account = account is null ? 0 : GCHandle.ToIntPtr(GCHandle.Alloc(account));
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

        account?.Return((long)minimum);
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
        long more = (long)(size - memory->Size);
        var account = AccountOf(memory);
        if (account?.TryTake(more) == false)
        {
            return HostBridge.NewError("the host has no room for a larger memory"u8);
        }

        nint place = memory->IsReserved ? ReservedMemory.Grow(memory->Place, memory->Size, size, memory->Guard, ref memory->Capacity)
            : size > memory->Capacity ? MemoryRegion.Shared.Move(memory->Place, memory->Size, size, ref memory->Capacity)
            : memory->Place;
        if (place == 0)
        {
            account?.Return(more);
            return HostBridge.NewError("mmap failed: the system has no room for a larger memory"u8);
        }

        memory->Place = place;
        memory->Size = size;
        return 0;
    }

    // void (*)(void* env): the store lets go of the memory.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFree(nint env)
    {
        var memory = (MemoryEnv*)env;
        if (memory->IsReserved)
        {
            ReservedMemory.Give(memory->Place, memory->Guard, memory->Capacity);
        }
        else
        {
            MemoryRegion.Shared.Give(memory->Place, memory->Capacity);
        }

        if (AccountOf(memory) is { } account)
        {
            account.Return((long)memory->Size);
            GCHandle.FromIntPtr(memory->Account).Free();
        }

        NativeMemory.Free(memory);
    }

    private static MemoryAccount? AccountOf(MemoryEnv* memory) =>
        memory->Account == 0 ? null : (MemoryAccount)GCHandle.FromIntPtr(memory->Account).Target!;

    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryEnv
    {
        public nint Place;
        public nuint Size;
        public nuint Capacity;
        public nuint Guard;

        // A GCHandle of the store's account, freed with the memory; 0 for none.
        public nint Account;
        public bool IsReserved;
    }
}
