using System.Numerics;
using WasmActors.Runtime.Failures;

namespace WasmActors.Runtime.State;

/// <summary>Bytes that are appended to, in the encodings that WebAssembly's binaries and deltas share.</summary>
internal sealed class ByteWriter(int capacity = 256)
{
    private byte[] _bytes = new byte[capacity];

    /// <summary>Number of bytes.</summary>
    public int Length { get; private set; }

    /// <summary>Number of bytes that fit without growing.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>The bytes, until the next is added.</summary>
    public Span<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Length of a number as <see cref="Number(ulong)"/> writes it.</summary>
    public static int LengthOf(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>Removes all bytes; the room is kept.</summary>
    public void Clear() => Length = 0;

    public void Byte(byte value) => Room(1)[0] = value;

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    /// <summary>Appends a LEB128 number as short as it can be.</summary>
    public void Number(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    /// <summary>Appends a LEB128 number of so many bytes.</summary>
    public void Number(uint value, int bytes)
    {
        for (int i = 1; i < bytes; i++)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    /// <summary>Appends room for bytes, to be filled in before the next are added.</summary>
    public Span<byte> Room(int length)
    {
        if (length > _bytes.Length - Length)
        {
            long needed = (long)Length + length;
            if (needed > Array.MaxLength)
            {
                throw new WasmError(
                    ErrorCode.StateUnsupported,
                    $"The state cannot be saved: it exceeds {Array.MaxLength} bytes. Let the guest use less memory.");
            }

            Array.Resize(ref _bytes, (int)Math.Min(Math.Max((long)_bytes.Length * 2, needed), Array.MaxLength));
        }

        Length += length;
        return _bytes.AsSpan(Length - length, length);
    }

    public byte[] ToArray() => Written.ToArray();
}
