using System.Text.RegularExpressions;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.RealModules;

/// <summary>hash-wasm's SHA-256: a module as base64 text in a script; no imports, a buffer of 16 KiB to exchange bytes.</summary>
internal sealed partial class HashWasm(WasmInstance instance)
{
    private const int BufferBytes = 16 * 1024;

    public static byte[] Extract(string script) => Convert.FromBase64String(Literal().Match(script).Groups["module"].Value);

    public byte[] Sha256(ReadOnlySpan<byte> data)
    {
        var memory = instance.GetMemory();
        uint buffer = instance.GetFunc("Hash_GetBuffer").Call<uint>();
        var update = instance.GetFunc("Hash_Update");
        instance.GetFunc("Hash_Init").Call<int, Nothing>(256);
        for (; data.Length > 0; data = data[Math.Min(BufferBytes, data.Length)..])
        {
            var part = data[..Math.Min(BufferBytes, data.Length)];
            memory.Write(buffer, part);
            update.Call<int, Nothing>(part.Length);
        }

        instance.GetFunc("Hash_Final").Call<Nothing>();
        return memory.ReadBytes(buffer, 32);
    }

    // The one literal that begins with the encoded mark of a module.
    [GeneratedRegex("\"(?<module>AGFzbQ[A-Za-z0-9+/]*={0,2})\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Literal();
}
