using System.Security.Cryptography;
using System.Text;

namespace WasmActors.Runtime.Modules.Compilation;

/// <summary>
/// What parent and compiler say to each other on the compiler's standard input and output:
/// greeting (key, settings) → ready → request (limits, module) → answer (kind, length, bytes, code). Numbers are little-endian.
/// </summary>
internal static class CompilerProtocol
{
    internal const int KeyBytes = 32;
    internal const int CodeBytes = 32;

    /// <summary>The exit code of a compiler that got no more memory.</summary>
    internal const int OutOfMemory = 71;

    /// <summary>A failure's text is cut to so many bytes.</summary>
    internal const int MaxFailureBytes = 16 * 1024;

    private const int DigestBytes = 32;

    /// <summary>What a compiler writes once it can take a module.</summary>
    internal static ReadOnlySpan<byte> Ready => "wasmactors-compile 1\n"u8;

    /// <summary>Writes the greeting.</summary>
    internal static void WriteGreeting(Stream stream, byte[] key, EngineSettings settings)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer, Encoding.UTF8);
        writer.Write(key);
        SettingsCodec.Write(writer, settings);
        stream.Write(buffer.ToArray());
        stream.Flush();
    }

    /// <summary>Reads the greeting.</summary>
    internal static (byte[] Key, EngineSettings Settings) ReadGreeting(BinaryReader reader)
    {
        byte[] key = new byte[KeyBytes];
        reader.BaseStream.ReadExactly(key);
        return (key, SettingsCodec.Read(reader));
    }

    /// <summary>
    /// The code that tells an answer of this compiler, with these settings, about this module from anything else: HMAC-SHA256 with
    /// the key of the greeting.
    /// </summary>
    internal static byte[] CodeOf(byte[] key, EngineSettings settings, ReadOnlySpan<byte> moduleDigest, CompilerAnswer kind, ReadOnlySpan<byte> bytes)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData([(byte)kind]);
        hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(settings.Fingerprint)));
        hash.AppendData(moduleDigest[..DigestBytes]);
        hash.AppendData(bytes);
        return hash.GetHashAndReset();
    }
}
