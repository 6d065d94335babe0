using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Values;

namespace WasmActors.Host.Cli.Inspection;

/// <summary>What a valid module defines itself, out of its binary form: Wasmtime tells only what is imported and exported.</summary>
internal sealed class ModuleDefinitions
{
    private const int HeaderBytes = 8;
    private const byte MemorySection = 5;

    private readonly Dictionary<byte, uint> _counts = [];
    private readonly List<MemoryType> _memories = [];

    private ModuleDefinitions()
    {
    }

    /// <summary>The module's own name, or null; text that the guest chose.</summary>
    public string? Name { get; private init; }

    /// <summary>Its own memories in order.</summary>
    public IReadOnlyList<MemoryType> Memories => _memories;

    /// <summary>How many it defines.</summary>
    public DefinitionCounts Counts => new(
        Types: Count(1),
        Functions: Count(3),
        Tables: Count(4),
        Memories: Count(MemorySection),
        Globals: Count(6),
        Tags: Count(13),
        Elements: Count(9),
        Data: Count(11));

    /// <summary>Reads the sections of a module that has been compiled, so is valid.</summary>
    public static ModuleDefinitions Read(ReadOnlySpan<byte> wasm)
    {
        ModuleBinary.TryRead(wasm, out var binary, out _);
        var definitions = new ModuleDefinitions { Name = binary?.Name };
        var cursor = new WasmCursor(wasm, 0, "module");
        cursor.ReadBytes(HeaderBytes);
        while (cursor.Remaining > 0)
        {
            byte id = cursor.ReadByte();
            var section = cursor.ReadPart(cursor.ReadU32(), "section");
            if (id is > 0 and not 8 and not 12)
            {
                uint count = section.ReadU32();
                definitions._counts[id] = count;
                definitions.ReadMemories(id, count, ref section);
            }
        }

        return definitions;
    }

    private uint Count(byte section) => _counts.GetValueOrDefault(section);

    private void ReadMemories(byte id, uint count, ref WasmCursor section)
    {
        for (uint i = 0; id == MemorySection && i < count && !section.Failed; i++)
        {
            byte flags = section.ReadByte();
            bool is64 = (flags & 0x04) != 0;
            ulong minimum = is64 ? section.ReadU64() : section.ReadU32();
            ulong? maximum = (flags & 0x01) == 0 ? null : is64 ? section.ReadU64() : section.ReadU32();
            byte pageSize = (flags & 0x08) == 0 ? (byte)16 : (byte)section.ReadU32();
            _memories.Add(new MemoryType(minimum, maximum, is64, (flags & 0x02) != 0, pageSize));
        }
    }
}
