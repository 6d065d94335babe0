using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace WasmActors.Functions.State;

/// <summary>Ids of states. The upper 48 bits are a hash of function and key, the lower 15 bits are random.</summary>
/// <remarks>The hash lets a store notice that the row with a state's name is lost: the state's other rows are still
/// there. The random bits make a state that is created again another state, so that nobody continues the deleted one.
/// One of 32,768 gets the same id as before; then the sequence alone decides.</remarks>
public static class StateId
{
    private const int RandomBits = 15;

    /// <summary>Returns the id of a state that is about to be created.</summary>
    public static long New(string function, string key) =>
        First(function, key) | (long)Random.Shared.Next(1 << RandomBits);

    /// <summary>Returns the smallest id that a state of this key can have.</summary>
    public static long First(string function, string key)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{function}/{key}"), hash);
        return (long)(BinaryPrimitives.ReadUInt64LittleEndian(hash) & (long.MaxValue >> RandomBits)) << RandomBits;
    }

    /// <summary>Returns the largest id that a state of this key can have.</summary>
    public static long Last(string function, string key) => First(function, key) | ((1L << RandomBits) - 1);
}
