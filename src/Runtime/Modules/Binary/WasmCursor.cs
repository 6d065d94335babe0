using System.Text;
using System.Text.Unicode;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules.Precheck;

namespace WasmActors.Runtime.Modules.Binary;

/// <summary>
/// Reads the encodings that all sections of a WebAssembly binary share (numbers, names, types), front to back.
/// </summary>
/// <remarks>
/// Nothing here throws. The first failure is kept in <see cref="Problem"/> and moves the cursor to its end; from then
/// on reads give zero, so callers check <see cref="Failed"/> once per loop instead of after every read.
/// </remarks>
internal ref struct WasmCursor
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _start;
    private readonly string _where;
    private int _position;

    /// <summary>Makes a cursor at the start of some bytes.</summary>
    /// <param name="bytes">What it reads.</param>
    /// <param name="start">Offset of the first of them in the whole binary, in bytes.</param>
    /// <param name="where">What they are, for problem texts: "import section".</param>
    public WasmCursor(ReadOnlySpan<byte> bytes, int start, string where)
    {
        _bytes = bytes;
        _start = start;
        _where = where;
    }

    /// <summary>Offset of the next byte in the whole binary.</summary>
    public readonly int Offset => _start + _position;

    /// <summary>Number of bytes that are left.</summary>
    public readonly int Remaining => _bytes.Length - _position;

    /// <summary>The first failure with its offset, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>What types and instructions that were passed over make use of.</summary>
    public ModuleTraits Traits { get; private set; }

    /// <summary>Whether a read failed.</summary>
    public readonly bool Failed => Problem is not null;

    /// <summary>Keeps a failure unless there is one already, and moves to the end.</summary>
    /// <param name="what">What is wrong.</param>
    /// <param name="offset">Where in the whole binary.</param>
    public void Fail(string what, int offset)
    {
        Problem ??= $"offset {offset} ({_where}): {what}";
        _position = _bytes.Length;
    }

    /// <summary>Adds to <see cref="Traits"/>.</summary>
    public void Note(ModuleTraits traits) => Traits |= traits;

    /// <summary>Adds to <see cref="Traits"/>.</summary>
    public void Note(WasmFeatures features) => Traits |= (ModuleTraits)features;

    /// <summary>The next byte without moving, or zero at the end.</summary>
    public readonly byte Peek() => Remaining > 0 ? _bytes[_position] : (byte)0;

    /// <summary>Reads one byte.</summary>
    public byte ReadByte()
    {
        if (Remaining == 0)
        {
            Fail("ends too early", Offset);
            return 0;
        }

        return _bytes[_position++];
    }

    /// <summary>Reads an unsigned LEB128 number of at most 32 bits.</summary>
    public uint ReadU32() => (uint)ReadUnsigned(32);

    /// <summary>Reads an unsigned LEB128 number of at most 64 bits.</summary>
    public ulong ReadU64() => ReadUnsigned(64);

    /// <summary>Passes over a LEB128 number of either sign.</summary>
    /// <param name="bits">Its largest width in bits.</param>
    public void SkipNumber(int bits)
    {
        int start = Offset;
        for (int read = 0; read * 7 < bits; read++)
        {
            if (ReadByte() < 0x80)
                return;
        }

        Fail($"a number is longer than {bits} bits", start);
    }

    /// <summary>Reads a name: its length in bytes and UTF-8 text. Null after a failure.</summary>
    public string? ReadName()
    {
        int start = Offset;
        ReadOnlySpan<byte> text = ReadBytes(ReadU32());
        if (!Utf8.IsValid(text))
            Fail("a name is not valid UTF-8", start);

        return Failed ? null : Encoding.UTF8.GetString(text);
    }

    /// <summary>Passes over a name without decoding it.</summary>
    /// <returns>Its length in bytes.</returns>
    public int SkipName() => ReadBytes(ReadU32()).Length;

    /// <summary>Reads bytes; empty after a failure.</summary>
    /// <param name="length">How many.</param>
    public ReadOnlySpan<byte> ReadBytes(uint length)
    {
        if (length > (uint)Remaining)
        {
            Fail($"{length} bytes are announced but {Remaining} are left", Offset);
            return [];
        }

        ReadOnlySpan<byte> bytes = _bytes.Slice(_position, (int)length);
        _position += (int)length;
        return bytes;
    }

    /// <summary>Takes the next bytes as a part that can fail on its own; empty after a failure.</summary>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="where">What it is, for problem texts.</param>
    public WasmCursor ReadPart(uint length, string where)
    {
        int start = Offset;
        return new WasmCursor(ReadBytes(length), start, where);
    }

    /// <summary>Passes over a value type.</summary>
    public void SkipValueType()
    {
        int start = Offset;
        switch (ReadByte())
        {
            case >= 0x7B and <= 0x7F: // v128, f64, f32, i64, i32
                break;
            case var heap and >= 0x68 and <= 0x75: // the abstract heap types, each short for its nullable reference
                NoteHeapType(heap);
                break;
            case 0x63: // ref null
                SkipHeapType();
                break;
            case 0x64: // ref
                Note(WasmFeatures.Gc);
                SkipHeapType();
                break;
            case var other:
                Fail($"0x{other:x2} is not a known value type", start);
                break;
        }
    }

    /// <summary>Passes over a heap type: an abstract one or the index of a type.</summary>
    public void SkipHeapType()
    {
        NoteHeapType(Peek());
        SkipNumber(33);
    }

    /// <summary>Passes over the limits of a memory or table.</summary>
    public void SkipLimits()
    {
        byte flags = ReadByte();
        bool is64 = (flags & 0x04) != 0;
        int bits = is64 ? 64 : 32;
        SkipNumber(bits);
        if ((flags & 0x01) != 0)
            SkipNumber(bits);

        if ((flags & 0x02) != 0) // shared
            Note(WasmFeatures.Threads);

        if (is64)
            Note(WasmFeatures.Memory64);

        if ((flags & 0x08) != 0) // page size of its own
        {
            Note(WasmFeatures.CustomPageSizes);
            SkipNumber(32);
        }
    }

    // By its first byte: what is no abstract type is the index of a type.
    private void NoteHeapType(byte first)
    {
        switch (first)
        {
            case 0x70 or 0x6F: // func, extern
                break;
            case 0x69 or 0x74: // exn, noexn
                Note(WasmFeatures.Exceptions);
                break;
            default:
                Note(WasmFeatures.Gc);
                break;
        }
    }

    private ulong ReadUnsigned(int bits)
    {
        int start = Offset;
        ulong value = 0;
        for (int shift = 0; shift < bits; shift += 7)
        {
            byte next = ReadByte();
            ulong group = (ulong)next & 0x7F;
            if (shift + 7 > bits && group >> (bits - shift) != 0)
                break;

            value |= group << shift;
            if (next < 0x80)
                return value;
        }

        Fail($"a number is longer than {bits} bits", start);
        return 0;
    }
}
