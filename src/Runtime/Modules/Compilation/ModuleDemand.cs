using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Precheck;

namespace WasmActors.Runtime.Modules.Compilation;

/// <summary>The memories and tables that an instance of a module makes.</summary>
internal sealed class ModuleDemand
{
    private ModuleDemand(IReadOnlyList<Claim> memories, IReadOnlyList<Claim> tables, bool runsCode)
    {
        Memories = memories;
        Tables = tables;
        RunsCode = runsCode;
    }

    /// <summary>Its own memories, in bytes.</summary>
    public IReadOnlyList<Claim> Memories { get; }

    /// <summary>Its own tables, in elements.</summary>
    public IReadOnlyList<Claim> Tables { get; }

    /// <summary>Whether instantiating it runs a start function.</summary>
    public bool RunsCode { get; }

    /// <summary>Puts together what a module's binary says. What cannot be read counts as what can be made of most.</summary>
    /// <param name="binary">The binary; null when it could not be read at all.</param>
    /// <param name="traits">What its code may do.</param>
    /// <param name="importedMemories">How many memories it imports.</param>
    public static ModuleDemand Of(ModuleBinary? binary, ModuleTraits traits, int importedMemories)
    {
        if (binary is null)
        {
            return new ModuleDemand([Claim.Unknown], [Claim.Unknown], runsCode: true);
        }

        var memories = Claims(
            binary.Memories.Defined,
            importedMemories,
            binary.Memories.MemoryNames,
            traits.HasFlag(ModuleTraits.GrowsMemory));
        var tables = Claims(
            [.. binary.DefinedTables.Select(static t => (Elements(t.Minimum), t.Maximum is { } most ? Elements(most) : long.MaxValue))],
            binary.ImportedTables.Count,
            binary.Memories.TableNames,
            traits.HasFlag(ModuleTraits.GrowsTable));
        return new ModuleDemand(memories, tables, binary.HasStart);
    }

    // What is neither exported nor grown by the module stays as it is.
    private static Claim[] Claims(List<(long Minimum, long Maximum)> defined, int imported, Dictionary<uint, string> names, bool grows)
    {
        var claims = new Claim[defined.Count];
        for (int i = 0; i < claims.Length; i++)
        {
            string? name = names.GetValueOrDefault((uint)(imported + i));
            claims[i] = new Claim(defined[i].Minimum, grows || name is not null ? defined[i].Maximum : defined[i].Minimum, name);
        }

        return claims;
    }

    internal static long Elements(ulong count) => (long)Math.Min(count, 1UL << 60);
}
