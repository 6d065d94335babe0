using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace WasmActors.Host.Persistence.States;

/// <summary>A checksum over the columns of a row: CRC-32C, each column with its length. Notices damage, not
/// forgery.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct RowSum
{
    private uint _crc;

    /// <summary>Begins with the name of the table, so that no row passes for one of another table.</summary>
    /// <param name="table">A letter for the table.</param>
    public RowSum(char table) => _crc = BitOperations.Crc32C(uint.MaxValue, (ushort)table);

    /// <summary>The checksum.</summary>
    public readonly long Value => ~_crc;

    public RowSum Add(long number)
    {
        _crc = BitOperations.Crc32C(_crc, (ulong)number);
        return this;
    }

    public RowSum Add(ReadOnlySpan<byte> bytes)
    {
        Add(bytes.Length);
        while (bytes.Length >= sizeof(ulong))
        {
            _crc = BitOperations.Crc32C(_crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte b in bytes)
        {
            _crc = BitOperations.Crc32C(_crc, b);
        }

        return this;
    }

    public RowSum Add(string text)
    {
        Span<byte> few = stackalloc byte[512];
        return Encoding.UTF8.TryGetBytes(text, few, out int written) ? Add(few[..written])
            : Add(Encoding.UTF8.GetBytes(text));
    }
}
