using System.Buffers.Binary;
using System.Numerics;
using WasmActors.Runtime.Failures;

namespace WasmActors.Runtime.State;

/// <summary>A decoded delta: what changed in one instance. <c>docs/state-format.md</c> draws it byte by byte.</summary>
internal sealed class StateDelta
{
    /// <summary>The version of the format that is written.</summary>
    public const byte Version = 1;

    /// <summary>Bytes before the first section.</summary>
    public const int HeaderLength = 16;

    /// <summary>The flag of a whole state.</summary>
    public const byte WholeFlag = 1;

    internal const byte MemoryKind = 1;
    internal const byte GlobalsKind = 2;
    internal const byte TableKind = 3;
    internal const byte DropsKind = 4;

    private const int VersionAt = 4;
    private const int FlagsAt = 5;
    private const int LengthAt = 8;
    private const int ChecksumAt = 12;

    private static ReadOnlySpan<byte> Mark => "WASD"u8;

    /// <summary>Whether it holds the whole state, and so applies to a fresh instance only.</summary>
    public bool IsWhole { get; private init; }

    /// <summary>Memories that changed, by index.</summary>
    public List<MemoryChange> Memories { get; } = [];

    /// <summary>Globals that changed, by index.</summary>
    public List<GlobalChange> Globals { get; } = [];

    /// <summary>Tables that changed, by index.</summary>
    public List<TableChange> Tables { get; } = [];

    /// <summary>Ordinals of the segments that were dropped.</summary>
    public List<int> Drops { get; } = [];

    /// <summary>Checks and decodes a delta.</summary>
    /// <exception cref="WasmError"><c>state.corrupt</c></exception>
    public static StateDelta Decode(ReadOnlySpan<byte> bytes)
    {
        CheckHeader(bytes);
        var delta = new StateDelta { IsWhole = bytes[FlagsAt] == WholeFlag };
        var reader = new DeltaReader(bytes, HeaderLength);
        while (reader.Remaining > 0)
        {
            delta.ReadSection(ref reader);
        }

        return delta;
    }

    /// <summary>Returns the error of a delta that cannot be used.</summary>
    public static WasmError Corrupt(string why) =>
        new(
            ErrorCode.StateCorrupt,
            $"The stored state is damaged or belongs to another module: {why}. Nothing of it was applied. "
            + "Restore it from a backup, or delete it.");

    /// <summary>Begins a delta.</summary>
    internal static void Begin(ByteWriter writer, bool isWhole)
    {
        writer.Clear();
        var header = writer.Room(HeaderLength);
        header.Clear();
        Mark.CopyTo(header);
        header[VersionAt] = Version;
        header[FlagsAt] = isWhole ? WholeFlag : (byte)0;
    }

    /// <summary>Ends a delta: its length and checksum are filled in.</summary>
    internal static void End(ByteWriter writer)
    {
        var bytes = writer.Written;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[LengthAt..], bytes.Length);
        Seal(bytes);
    }

    /// <summary>Writes the checksum of a delta into it.</summary>
    internal static void Seal(Span<byte> bytes) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ChecksumAt..], Checksum(bytes));

    private static void CheckHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength || !bytes.StartsWith(Mark))
        {
            throw Corrupt($"{bytes.Length} bytes do not start with the header of a delta");
        }

        if (bytes[VersionAt] != Version)
        {
            throw Corrupt($"version {bytes[VersionAt]} of the format is not known, {Version} is");
        }

        if (BinaryPrimitives.ReadInt32LittleEndian(bytes[LengthAt..]) != bytes.Length)
        {
            uint announced = BinaryPrimitives.ReadUInt32LittleEndian(bytes[LengthAt..]);
            throw Corrupt($"{announced} bytes are announced and {bytes.Length} are there");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]) != Checksum(bytes))
        {
            throw Corrupt("the checksum does not match");
        }

        if (bytes[FlagsAt] > WholeFlag || bytes[FlagsAt + 1] != 0 || bytes[FlagsAt + 2] != 0)
        {
            throw Corrupt("the header has flags that are not known");
        }
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes) =>
        ~Crc(Crc(uint.MaxValue, bytes[..ChecksumAt]), bytes[HeaderLength..]);

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte next in bytes)
        {
            crc = BitOperations.Crc32C(crc, next);
        }

        return crc;
    }

    private void ReadSection(ref DeltaReader reader)
    {
        int start = reader.Offset;
        switch (reader.Byte())
        {
            case MemoryKind when Globals.Count + Tables.Count + Drops.Count == 0:
                Memories.Add(MemoryChange.Read(ref reader, Memories.Count > 0 ? Memories[^1].Index : -1));
                break;
            case GlobalsKind when Globals.Count + Tables.Count + Drops.Count == 0:
                ReadGlobals(ref reader);
                break;
            case TableKind when Drops.Count == 0:
                Tables.Add(TableChange.Read(ref reader, Tables.Count > 0 ? Tables[^1].Index : -1));
                break;
            case DropsKind when Drops.Count == 0:
                ReadDrops(ref reader);
                break;
            case var kind:
                throw Corrupt($"section {kind} at offset {start} is not known, or not in its place");
        }
    }

    private void ReadGlobals(ref DeltaReader reader)
    {
        int previous = -1;
        for (int count = reader.Count(1); count > 0; count--)
        {
            Globals.Add(GlobalChange.Read(ref reader, previous));
            previous = Globals[^1].Index;
        }
    }

    private void ReadDrops(ref DeltaReader reader)
    {
        int previous = -1;
        for (int count = reader.Count(1); count > 0; count--)
        {
            previous = reader.Index(previous);
            Drops.Add(previous);
        }
    }
}
