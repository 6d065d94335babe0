using System.Buffers.Binary;
using System.Text;

namespace WasmActors.Runtime.Modules.Debug;

/// <summary>Reads DWARF's encodings front to back. Never throws: the first read beyond the end fails it, and from then on reads give zero.</summary>
internal ref struct DwarfCursor(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    public readonly int Remaining => _bytes.Length - _position;

    /// <summary>Whether a read went beyond the end.</summary>
    public bool Failed { get; private set; }

    public byte ReadByte() => Read(1) is [var value] ? value : (byte)0;

    public ushort ReadU16() => Read(2) is { Length: 2 } value ? BinaryPrimitives.ReadUInt16LittleEndian(value) : (ushort)0;

    public uint ReadU32() => Read(4) is { Length: 4 } value ? BinaryPrimitives.ReadUInt32LittleEndian(value) : 0;

    /// <summary>Reads an unsigned LEB128 number; bits beyond 64 are dropped.</summary>
    public ulong ReadUnsigned()
    {
        ulong value = 0;
        int shift = 0;
        byte next;
        do
        {
            next = ReadByte();
            value |= shift < 64 ? (ulong)(next & 0x7f) << shift : 0;
            shift += 7;
        }
        while (next >= 0x80 && !Failed);

        return value;
    }

    /// <summary>Reads a signed LEB128 number; bits beyond 64 are dropped.</summary>
    public long ReadSigned()
    {
        long value = 0;
        int shift = 0;
        byte next;
        do
        {
            next = ReadByte();
            value |= shift < 64 ? (long)(next & 0x7f) << shift : 0;
            shift += 7;
        }
        while (next >= 0x80 && !Failed);

        return shift < 64 && (next & 0x40) != 0 ? value | (-1L << shift) : value;
    }

    /// <summary>Reads text up to a zero byte.</summary>
    public string ReadText()
    {
        int length = _bytes[_position..].IndexOf((byte)0);
        if (length < 0)
        {
            Read(Remaining + 1);
            return "";
        }

        string text = Encoding.UTF8.GetString(Read(length));
        _position++;
        return text;
    }

    /// <summary>Takes the next bytes as a part of their own; empty beyond the end.</summary>
    public DwarfCursor ReadPart(ulong length) => new(length <= (ulong)Remaining ? Read((int)length) : Read(Remaining + 1));

    private ReadOnlySpan<byte> Read(int length)
    {
        if (length > Remaining)
        {
            Failed = true;
            _position = _bytes.Length;
            return [];
        }

        var read = _bytes.Slice(_position, length);
        _position += length;
        return read;
    }
}
