using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Wasi;

/// <summary>The memory of the program that called a WASI function. Its pointers are unsigned; a wrong one is its own trap.</summary>
internal readonly struct WasiMemory(WasmCaller caller)
{
    private readonly WasmMemory _memory = caller.TryGetExport("memory") as WasmMemory
        ?? throw new Trap("missing required memory export");

    internal byte[] Read(int pointer, int length)
    {
        RequireRoom(pointer, length);
        return _memory.ReadBytes((uint)pointer, length);
    }

    internal void Write(int pointer, ReadOnlySpan<byte> bytes)
    {
        RequireRoom(pointer, bytes.Length);
        _memory.Write((uint)pointer, bytes);
    }

    internal void RequireRoom(int pointer, int length)
    {
        if ((uint)pointer + (long)length > _memory.Length)
        {
            throw new Trap(TrapCode.MemoryOutOfBounds, $"A WASI call got a pointer out of bounds: {length} bytes at {(uint)pointer}.");
        }
    }
}
