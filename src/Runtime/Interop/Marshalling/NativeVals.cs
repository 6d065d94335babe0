using System.Runtime.InteropServices;
using WasmActors.Runtime.Interop.Abi;

namespace WasmActors.Runtime.Interop.Marshalling;

/// <summary>Owns a zeroed array of native values outside of the managed heap, at a fixed address.</summary>
internal readonly unsafe ref struct NativeVals
{
    internal NativeVals(int count) => Pointer = (NativeVal*)NativeMemory.AllocZeroed((nuint)Math.Max(1, count), (nuint)sizeof(NativeVal));

    internal NativeVal* Pointer { get; }

    public void Dispose() => NativeMemory.Free(Pointer);
}
