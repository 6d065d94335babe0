using WasmActors.Actors.Admission;
using WasmActors.Runtime.Modules;

namespace WasmActors.Host.Settings;

/// <summary>The engine, what it compiles, and how many stores it holds.</summary>
internal sealed record StoreSettings
{
    /// <summary>Stores that run at the same time, 0 to 1024; 0, the default, for the number of processors, at least 2.</summary>
    public required int Parallelism { get; init; }

    /// <summary>Most live stores; null, the default, for what memory and mappings allow.</summary>
    public required int? MaxStores { get; init; }

    /// <summary>Calls that may wait for their stores in all, 1 to 100,000,000. Default 100,000.</summary>
    public required int MaxWaiting { get; init; }

    /// <summary>Whether fuel can be limited. Costs some speed. Default false.</summary>
    public required bool Fuel { get; init; }

    /// <summary>Whether memories reserve address space, which makes code faster and allows fewer than 30,000 or so live stores. Default true.</summary>
    public required bool ReserveMemory { get; init; }

    /// <summary>Stacks of stores that can be paused, 1 to 98,304. Default 32,768.</summary>
    public required int MaxStacks { get; init; }

    /// <summary>Where modules are compiled. Default in a process of their own.</summary>
    public required CompileIsolation Isolation { get; init; }

    /// <summary>Folder of compiled modules. Default modules in the data folder.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Most bytes of compiled modules on disk. Default 2 GiB.</summary>
    public required long CacheBytes { get; init; }

    internal static StoreSettings Read(SettingsReader reader, string dataFolder) => new()
    {
        Parallelism = reader.Number("Stores:Parallelism", 0, 0, 1024),
        MaxStores = reader.OptionalNumber("Stores:MaxStores", 1, 10_000_000),
        MaxWaiting = reader.Number("Stores:MaxWaiting", 100_000, 1, 100_000_000),
        Fuel = reader.Switch("Stores:Fuel", false),
        ReserveMemory = reader.Switch("Stores:ReserveMemory", true),
        MaxStacks = reader.Number("Stores:MaxStacks", 32_768, 1, 98_304),
        Isolation = reader.Choice("Modules:Compile", ("child", CompileIsolation.ChildProcess), ("in-process", CompileIsolation.InProcess)),
        CacheFolder = Path.GetFullPath(reader.Text("Modules:CacheFolder", Path.Combine(dataFolder, "modules"))),
        CacheBytes = reader.Size("Modules:CacheBytes", 2L << 30, 1 << 20, 1L << 44),
    };

    /// <summary>The engine's settings.</summary>
    public EngineSettings Engine => new() { Fuel = Fuel, ReserveMemory = ReserveMemory, MaxStacks = MaxStacks };

    /// <summary>The host's bounds.</summary>
    public AdmissionOptions Admission => new() { MaxStores = MaxStores, MaxWaiting = MaxWaiting };

    /// <summary>The cache of compiled modules.</summary>
    public ModuleCacheOptions Cache => new() { Folder = CacheFolder, MaxDiskBytes = CacheBytes, Isolation = Isolation };
}
