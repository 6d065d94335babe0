using System.Runtime.InteropServices;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Reaches into linear memories. The store must have been entered; spans must not live past that.</summary>
internal static unsafe class MemoryBridge
{
    internal static MemoryType TypeOf(WasmStore store, NativeItem memory)
    {
        nint type = Native.wasmtime_memory_type(store.Context, &memory);
        var read = TypeReader.ReadMemoryType(type);
        Native.wasm_memorytype_delete(type);
        return read;
    }

    internal static NativeExtern Create(WasmStore store, MemoryType type)
    {
        nint native;
        NativeError.Throw(
            Native.wasmtime_memorytype_new(type.Minimum, type.Maximum is null ? (byte)0 : (byte)1, type.Maximum ?? 0, type.Is64 ? (byte)1 : (byte)0, 0, type.PageSizeLog2, &native),
            ErrorCode.EngineError);
        var item = new NativeExtern { Kind = (byte)ExternKind.Memory };
        nint error = Native.wasmtime_memory_new(store.Context, native, &item.Item);
        Native.wasm_memorytype_delete(native);
        return error == 0 ? item : throw FailureMapper.Map(NativeError.TakeError(error), null, store);
    }

    internal static long Length(WasmStore store, NativeItem memory) => (long)Native.wasmtime_memory_data_size(store.Context, &memory);

    internal static long Grow(WasmStore store, NativeItem memory, long pages)
    {
        ulong previous;
        NativeError.Throw(
            Native.wasmtime_memory_grow(store.Context, &memory, (ulong)pages, &previous),
            ErrorCode.MemoryGrowFailed,
            $"The memory cannot grow by {pages} pages: ");
        return (long)previous;
    }

    internal static Span<byte> Span(WasmStore store, NativeItem memory, long address, int length)
    {
        long size = Length(store, memory);
        if (address < 0 || length < 0 || address > size - length)
        {
            throw new WasmError(
                ErrorCode.MemoryOutOfRange,
                $"{length} bytes at address {address} lie outside of the memory's {size} bytes.{(address < 0 ? " A guest's i32 pointer above 2 GiB is negative in C#: cast it to uint." : "")}");
        }

        return new Span<byte>(Native.wasmtime_memory_data(store.Context, &memory) + address, length);
    }

    internal static T Read<T>(WasmStore store, NativeItem memory, long address)
        where T : unmanaged => MemoryMarshal.Read<T>(Span(store, memory, address, sizeof(T)));

    internal static void Write<T>(WasmStore store, NativeItem memory, long address, in T value)
        where T : unmanaged => MemoryMarshal.Write(Span(store, memory, address, sizeof(T)), in value);
}
