using System.Runtime.InteropServices;

namespace WasmActors.Host.Http;

/// <summary>The body of a request while it is in use. To be disposed of once: then others may have its share of what all bodies may take.</summary>
/// <param name="bytes">The whole body.</param>
/// <param name="reader">Counts it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly struct BodyBytes(byte[] bytes, BodyReader reader) : IDisposable
{
    /// <summary>The whole body.</summary>
    public byte[] Bytes => bytes;

    public void Dispose() => reader.Release(bytes.Length);
}
