using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Wasi;

/// <summary>The memory of the program that called a WASI function. Its pointers are unsigned; a wrong one is its own trap.</summary>
internal readonly struct WasiMemory(WasmCaller caller)
{
    private readonly WasmMemory _memory = Of(caller);

    internal static WasmMemory Of(WasmCaller caller) => caller.TryGetExport("memory") as WasmMemory
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

    /// <exception cref="Trap">Part of it lies outside of the memory, or the pointer is no multiple of the alignment.</exception>
    internal void RequireRoom(int pointer, long length, int alignment = 1)
    {
        if ((uint)pointer + length > _memory.Length)
        {
            throw new Trap(TrapCode.MemoryOutOfBounds, $"A WASI call got a pointer out of bounds: {length} bytes at {(uint)pointer}.");
        }

        if ((uint)pointer % alignment != 0)
        {
            throw new Trap($"A WASI call got a misaligned pointer: {(uint)pointer} is no multiple of {alignment}.");
        }
    }
}
