using WasmActors.Runtime.Limits;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>What a module's code and types tell of what it may do. Kept with its compiled form: <see cref="TraitReader.Version"/> changes with the meaning.</summary>
[Flags]
internal enum ModuleTraits
{
    None = 0,

    /// <summary>The bits of <see cref="WasmFeatures"/>.</summary>
    Features = 0xFFFF,

    /// <summary>It holds an instruction that grows a memory.</summary>
    GrowsMemory = 1 << 16,

    /// <summary>It holds an instruction that grows a table.</summary>
    GrowsTable = 1 << 17,

    /// <summary>It throws and catches with the instructions of an older proposal (try, catch, delegate, rethrow), which nothing compiles.</summary>
    LegacyExceptions = 1 << 18,

    /// <summary>Its imports are in the compact encoding, a proposal that nothing compiles.</summary>
    CompactImports = 1 << 19,

    /// <summary>It could not be read to its end.</summary>
    Unread = 1 << 20,

    /// <summary>What a module counts as that could not be read to its end.</summary>
    Unknown = (int)WasmFeatures.All | GrowsMemory | GrowsTable | Unread,
}
