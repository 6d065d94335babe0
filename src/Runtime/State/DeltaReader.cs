namespace WasmActors.Runtime.State;

/// <summary>Reads the numbers of a delta. Whatever is wrong with them is <c>state.corrupt</c>, with the
/// offset.</summary>
internal ref struct DeltaReader(ReadOnlySpan<byte> bytes, int offset)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Offset of the next byte.</summary>
    public int Offset { get; private set; } = offset;

    /// <summary>Number of bytes that are left.</summary>
    public readonly int Remaining => _bytes.Length - Offset;

    public byte Byte() => Bytes(1)[0];

    public ReadOnlySpan<byte> Bytes(int length)
    {
        if (length > Remaining)
        {
            throw StateDelta.Corrupt($"{length} bytes are announced at offset {Offset} and {Remaining} are left");
        }

        Offset += length;
        return _bytes.Slice(Offset - length, length);
    }

    /// <summary>Reads a number that was written as short as it can be.</summary>
    public ulong Number()
    {
        int start = Offset;
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            ulong group = (ulong)next & 0x7F;
            if (shift == 63 && group > 1)
            {
                break;
            }

            value |= group << shift;
            if (next < 0x80)
            {
                return next != 0 || shift == 0
                    ? value
                    : throw StateDelta.Corrupt($"the number at offset {start} is longer than it has to be");
            }
        }

        throw StateDelta.Corrupt($"the number at offset {start} is longer than 64 bits");
    }

    /// <summary>Reads a number up to a limit.</summary>
    public long Number(long most)
    {
        int start = Offset;
        ulong value = Number();
        return value <= (ulong)most
            ? (long)value
            : throw StateDelta.Corrupt($"the number at offset {start} is {value}, and {most} is the most");
    }

    /// <summary>Reads how many items follow. Each takes a byte at least.</summary>
    public int Count(int least)
    {
        int start = Offset;
        int count = (int)Number(Remaining);
        return count >= least && count <= Remaining
            ? count
            : throw StateDelta.Corrupt($"{count} items are announced at offset {start}, with {Remaining} bytes left");
    }

    /// <summary>Reads an index that is larger than the one before.</summary>
    public int Index(int previous)
    {
        int start = Offset;
        int index = (int)Number(int.MaxValue);
        return index > previous
            ? index
            : throw StateDelta.Corrupt($"index {index} at offset {start} does not come after {previous}");
    }
}
