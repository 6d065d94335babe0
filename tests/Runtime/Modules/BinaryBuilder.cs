using System.Text;

namespace WasmActors.Runtime.Tests.Modules;

/// <summary>Writes WebAssembly binaries by hand, for what text cannot say.</summary>
internal static class BinaryBuilder
{
    public static byte[] Module(params byte[][] sections) =>
        [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00, .. sections.SelectMany(static s => s)];

    public static byte[] Section(byte id, params byte[] contents) => [id, .. Leb((ulong)contents.Length), .. contents];

    public static byte[] Name(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return [.. Leb((ulong)bytes.Length), .. bytes];
    }

    public static byte[] Leb(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }
}
