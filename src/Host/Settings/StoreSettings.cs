using WasmActors.Actors.Admission;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;

namespace WasmActors.Host.Settings;

/// <summary>The engine, and how many stores it holds.</summary>
internal sealed record StoreSettings
{
    /// <summary>The most stacks that an engine can have.</summary>
    internal const int MostStacks = 98_304;

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

    /// <summary>Whether memories begin as images of their module's data, and their growth is not admitted. Default false.</summary>
    public required bool MemoryImages { get; init; }

    /// <summary>Stacks of stores that can be paused, 1 to 98,304. Default 32,768.</summary>
    public required int MaxStacks { get; init; }

    /// <summary>Stack that a guest and all that it calls may use, 64 KiB to 1.5 MiB. Default 896 KiB.</summary>
    public required int GuestStack { get; init; }

    /// <summary>Features of WebAssembly that can be compiled, and so granted. Default all but proposals.</summary>
    public required WasmFeatures Features { get; init; }

    internal static StoreSettings Read(SettingsReader reader) => new()
    {
        Parallelism = reader.Number("Stores:Parallelism", 0, 0, 1024),
        MaxStores = reader.OptionalNumber("Stores:MaxStores", 1, 10_000_000),
        MaxWaiting = reader.Number("Stores:MaxWaiting", 100_000, 1, 100_000_000),
        Fuel = reader.Switch("Stores:Fuel", false),
        ReserveMemory = reader.Switch("Stores:ReserveMemory", true),
        MemoryImages = reader.Switch("Stores:MemoryImages", false),
        MaxStacks = reader.Number("Stores:MaxStacks", 32_768, 1, MostStacks),
        GuestStack = (int)reader.Size("Stores:GuestStack", new EngineSettings().MaxWasmStackBytes, 64 << 10, 1536 << 10),
        Features = reader.Features("Stores:Features", new EngineSettings().Features),
    };

    /// <summary>The engine's settings.</summary>
    public EngineSettings Engine => new()
    {
        Fuel = Fuel,
        ReserveMemory = ReserveMemory,
        MemoryImages = MemoryImages,
        MaxStacks = MaxStacks,
        MaxWasmStackBytes = GuestStack,
        TailCalls = Features.HasFlag(WasmFeatures.TailCalls),
        RelaxedSimd = Features.HasFlag(WasmFeatures.RelaxedSimd),
        Memory64 = Features.HasFlag(WasmFeatures.Memory64),
        MultiMemory = Features.HasFlag(WasmFeatures.MultiMemory),
        Gc = Features.HasFlag(WasmFeatures.Gc),
        Exceptions = Features.HasFlag(WasmFeatures.Exceptions),
        Threads = Features.HasFlag(WasmFeatures.Threads),
        WideArithmetic = Features.HasFlag(WasmFeatures.WideArithmetic),
        CustomPageSizes = Features.HasFlag(WasmFeatures.CustomPageSizes),
    };

    /// <summary>The host's bounds.</summary>
    public AdmissionOptions Admission => new() { MaxStores = MaxStores, MaxWaiting = MaxWaiting };
}
