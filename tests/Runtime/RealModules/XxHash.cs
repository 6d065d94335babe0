using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.RealModules;

/// <summary>xxhash-wasm: no imports, memory <c>mem</c>, no allocator: all of the memory is the caller's.</summary>
internal sealed class XxHash(WasmInstance instance)
{
    private const int State32 = 48;
    private const int State64 = 88;

    private readonly WasmMemory _memory = instance.GetMemory("mem");

    public uint Hash32(ReadOnlySpan<byte> data, uint seed = 0)
    {
        Put(data, 0);
        return instance.GetFunc("xxh32").Call<int, int, uint, uint>(0, data.Length, seed);
    }

    public ulong Hash64(ReadOnlySpan<byte> data, ulong seed = 0)
    {
        Put(data, 0);
        return instance.GetFunc("xxh64").Call<int, int, ulong, ulong>(0, data.Length, seed);
    }

    public uint HashParts32(IEnumerable<byte[]> parts, uint seed = 0)
    {
        // The state must be zeroed before its init.
        Put(new byte[State32], 0);
        instance.GetFunc("init32").Call<int, uint, Nothing>(0, seed);
        foreach (byte[] part in parts)
        {
            Put(part, State32);
            instance.GetFunc("update32").Call<int, int, int, Nothing>(0, State32, part.Length);
        }

        return instance.GetFunc("digest32").Call<int, uint>(0);
    }

    public ulong HashParts64(IEnumerable<byte[]> parts, ulong seed = 0)
    {
        Put(new byte[State64], 0);
        instance.GetFunc("init64").Call<int, ulong, Nothing>(0, seed);
        foreach (byte[] part in parts)
        {
            Put(part, State64);
            instance.GetFunc("update64").Call<int, int, int, Nothing>(0, State64, part.Length);
        }

        return instance.GetFunc("digest64").Call<int, ulong>(0);
    }

    private void Put(ReadOnlySpan<byte> data, int address)
    {
        long missing = address + data.Length - _memory.Length;
        if (missing > 0)
        {
            _memory.Grow((missing + 65535) / 65536);
        }

        _memory.Write(address, data);
    }
}
