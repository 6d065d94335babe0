using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;

namespace WasmActors.Host.Settings;

/// <summary>How modules are compiled and kept.</summary>
internal sealed record ModuleSettings
{
    // Named as in the library, so that what a message names can be set.
    private static readonly (string Name, Func<ModuleLimits, long?> Get, Func<ModuleLimits, long?, ModuleLimits> Set)[] s_limits =
    [
        (nameof(ModuleLimits.Bytes), static l => l.Bytes, static (l, v) => l with { Bytes = v }),
        (nameof(ModuleLimits.TextBytes), static l => l.TextBytes, static (l, v) => l with { TextBytes = v }),
        (nameof(ModuleLimits.CustomSections), static l => l.CustomSections, static (l, v) => l with { CustomSections = v }),
        (nameof(ModuleLimits.CustomBytes), static l => l.CustomBytes, static (l, v) => l with { CustomBytes = v }),
        (nameof(ModuleLimits.Types), static l => l.Types, static (l, v) => l with { Types = v }),
        (nameof(ModuleLimits.TypeMembers), static l => l.TypeMembers, static (l, v) => l with { TypeMembers = v }),
        (nameof(ModuleLimits.Imports), static l => l.Imports, static (l, v) => l with { Imports = v }),
        (nameof(ModuleLimits.Exports), static l => l.Exports, static (l, v) => l with { Exports = v }),
        (nameof(ModuleLimits.Functions), static l => l.Functions, static (l, v) => l with { Functions = v }),
        (nameof(ModuleLimits.Globals), static l => l.Globals, static (l, v) => l with { Globals = v }),
        (nameof(ModuleLimits.Tables), static l => l.Tables, static (l, v) => l with { Tables = v }),
        (nameof(ModuleLimits.Memories), static l => l.Memories, static (l, v) => l with { Memories = v }),
        (nameof(ModuleLimits.Tags), static l => l.Tags, static (l, v) => l with { Tags = v }),
        (nameof(ModuleLimits.ElementSegments), static l => l.ElementSegments, static (l, v) => l with { ElementSegments = v }),
        (nameof(ModuleLimits.DataSegments), static l => l.DataSegments, static (l, v) => l with { DataSegments = v }),
        (nameof(ModuleLimits.Locals), static l => l.Locals, static (l, v) => l with { Locals = v }),
        (nameof(ModuleLimits.TotalLocals), static l => l.TotalLocals, static (l, v) => l with { TotalLocals = v }),
        (nameof(ModuleLimits.BodyBytes), static l => l.BodyBytes, static (l, v) => l with { BodyBytes = v }),
        (nameof(ModuleLimits.Nesting), static l => l.Nesting, static (l, v) => l with { Nesting = v }),
        (nameof(ModuleLimits.BranchTargets), static l => l.BranchTargets, static (l, v) => l with { BranchTargets = v }),
        (nameof(ModuleLimits.FunctionCost), static l => l.FunctionCost, static (l, v) => l with { FunctionCost = v }),
        (nameof(ModuleLimits.TotalCost), static l => l.TotalCost, static (l, v) => l with { TotalCost = v }),
    ];

    /// <summary>Where modules are compiled. Default in a process of their own.</summary>
    public required CompileIsolation Isolation { get; init; }

    /// <summary>What compiling a module in a process of its own may use. Default <see cref="CompileLimits"/>' own.</summary>
    public required CompileLimits CompileLimits { get; init; }

    /// <summary>How large modules may be that are compiled in a process of their own. Default <see cref="ModuleLimits"/>' own.</summary>
    public required ModuleLimits ModuleLimits { get; init; }

    /// <summary>Folder of compiled modules. Default modules in the data folder.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Most bytes of compiled modules on disk. Default 2 GiB.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>How long a stored module is kept that no version of a function has; infinite for ever. Default 1 day.</summary>
    public required TimeSpan KeepUnused { get; init; }

    /// <summary>The cache of compiled modules.</summary>
    public ModuleCacheOptions Cache => new()
    {
        Folder = CacheFolder,
        MaxDiskBytes = CacheBytes,
        Isolation = Isolation,
        CompileLimits = CompileLimits,
        ModuleLimits = Isolation == CompileIsolation.ChildProcess ? ModuleLimits : null,
    };

    internal static ModuleSettings Read(SettingsReader reader, string dataFolder)
    {
        var keep = reader.Duration("Modules:KeepUnused", TimeSpan.FromDays(1), TimeSpan.Zero, TimeSpan.FromDays(100));
        return new ModuleSettings
        {
            Isolation = reader.Choice("Modules:Compile", ("child", CompileIsolation.ChildProcess), ("in-process", CompileIsolation.InProcess)),
            CompileLimits = ReadCompileLimits(reader),
            ModuleLimits = s_limits.Aggregate(new ModuleLimits(), (limits, l) => l.Set(limits, reader.Bound($"Modules:ModuleLimits:{l.Name}", l.Get(limits), 1, 1L << 40))),
            CacheFolder = Path.GetFullPath(reader.Text("Modules:CacheFolder", Path.Combine(dataFolder, "modules"))),
            CacheBytes = reader.Size("Modules:CacheBytes", 2L << 30, 1 << 20, 1L << 44),
            KeepUnused = keep == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : keep < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : keep,
        };
    }

    private static CompileLimits ReadCompileLimits(SettingsReader reader)
    {
        var usual = new CompileLimits();
        var hour = TimeSpan.FromHours(1);
        return new CompileLimits
        {
            CpuTime = reader.Duration(Of(nameof(usual.CpuTime)), usual.CpuTime, TimeSpan.FromSeconds(1), hour),
            WallTime = reader.Duration(Of(nameof(usual.WallTime)), usual.WallTime, TimeSpan.FromMilliseconds(10), hour),
            MemoryBytes = reader.Size(Of(nameof(usual.MemoryBytes)), usual.MemoryBytes, 16 << 20, 1L << 40),
            ArtifactBytes = reader.Size(Of(nameof(usual.ArtifactBytes)), usual.ArtifactBytes, 1 << 20, 1 << 30),
            Children = reader.Number(Of(nameof(usual.Children)), usual.Children, 1, 1000),
            Waiting = reader.Number(Of(nameof(usual.Waiting)), usual.Waiting, 0, 1_000_000),
            KeepReady = reader.Duration(Of(nameof(usual.KeepReady)), usual.KeepReady, TimeSpan.Zero, hour),
        };

        static string Of(string name) => $"Modules:CompileLimits:{name}";
    }
}
