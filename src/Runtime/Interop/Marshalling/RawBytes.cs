using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Marshalling;

/// <summary>Numbers and structs without references as the bytes that they are in memory.</summary>
internal static class RawBytes
{
    internal static int SizeOf<T>()
        where T : unmanaged
    {
        T value = default;
        return MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).Length;
    }

    internal static T Read<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged => MemoryMarshal.Read<T>(bytes);

    internal static byte[] Of<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();
}
