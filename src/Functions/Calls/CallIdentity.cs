using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using WasmActors.Actors.Messages;
using WasmActors.Functions.Api;
using WasmActors.Functions.Content;

namespace WasmActors.Functions.Calls;

/// <summary>What a call with an idempotency key is told from others by.</summary>
/// <param name="Key">Its idempotency key.</param>
/// <param name="Content">A hash of its export and its input, made by its sender, who has the bytes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CallIdentity(string Key, UInt128 Content)
{
    /// <summary>The identity of a request; null where it has none.</summary>
    internal static CallIdentity? Of(FunctionRequest request)
    {
        if (request.IdempotencyKey is not { } key)
        {
            return null;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, (int)request.Shape);
        byte[] export = Encoding.UTF8.GetBytes(request.Export);
        Append(hash, export.Length);
        hash.AppendData(export);
        foreach (var value in request.Content is FunctionInput.Numbers numbers ? numbers.Values : [])
        {
            Append(hash, (int)value.Kind);
            Append(hash, (long)value.LowBits);
            Append(hash, (long)value.HighBits);
        }

        hash.AppendData((request.Content.Payload?.Here ?? default).Span);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return new CallIdentity(key, BinaryPrimitives.ReadUInt128LittleEndian(digest));
    }

    /// <summary>Returns the failure of a call whose key is that of an earlier call with other content.</summary>
    /// <param name="id">Number of the call at its sender.</param>
    internal FunctionProtocol.Failed Reused(long id) => new(id, new WasmFailure(
        FunctionErrorCode.IdempotencyMismatch,
        $"The idempotency key '{Key}' is that of an earlier call with another export or other input: it did not run. "
        + "Use a key of its own for each call."));

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
