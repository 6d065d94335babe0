using WasmActors.Functions.Api;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Stores;

namespace WasmActors.Host.Settings;

/// <summary>How functions are run. The same for all nodes of a cluster.</summary>
internal sealed record FunctionSettings
{
    /// <summary>How long calls that run may go on when a store moves or the node stops, 0 to 1 h. Default 10 s.</summary>
    public required TimeSpan Grace { get; init; }

    /// <summary>Keyed calls that may be under way from this node, 1 to 10,000,000. Default 100,000.</summary>
    public required int CallsUnderWay { get; init; }

    /// <summary>Bytes of large inputs and outputs that the node keeps for others to fetch, from 1 MiB. Default 256 MiB.</summary>
    public required long HeldBytes { get; init; }

    /// <summary>Keys whose stores the node keeps, 1 to three quarters of <c>Stores:MaxStacks</c>; null, the default, for 20,000, or as many as that allows.
    /// Above it those that were idle longest lose theirs.</summary>
    public required int? LiveKeys { get; init; }

    /// <summary>Shards that keys are divided into, 1 to 4,096; null, the default, for the number that the cluster's database has.</summary>
    public required int? Shards { get; init; }

    /// <summary>Functions that the catalogue may have, 1 to 1,000,000. Default 10,000.</summary>
    public required int MaxFunctions { get; init; }

    /// <summary>Folders of the node that functions may be granted, with those in them. Default none.</summary>
    public required IReadOnlyList<string> Folders { get; init; }

    /// <summary>Features of WebAssembly that every function may use. Default tail calls and relaxed vector instructions.</summary>
    public required WasmFeatures Features { get; init; }

    internal static FunctionSettings Read(SettingsReader reader) => new()
    {
        Features = reader.Features("Functions:Features", new StoreOptions().Features),
        Folders = [.. reader.Texts("Functions:Folders").Select(Path.GetFullPath)],
        Grace = reader.Duration("Functions:Grace", TimeSpan.FromSeconds(10), TimeSpan.Zero, TimeSpan.FromHours(1)),
        CallsUnderWay = reader.Number("Functions:CallsUnderWay", 100_000, 1, 10_000_000),
        LiveKeys = reader.OptionalNumber("Functions:LiveKeys", 1, FunctionHostOptions.MostLiveKeys(StoreSettings.MostStacks)),
        Shards = reader.OptionalNumber("Functions:Shards", 1, 4_096),
        MaxFunctions = reader.Number("Functions:MaxFunctions", 10_000, 1, 1_000_000),
        HeldBytes = reader.Size("Functions:HeldBytes", 256 << 20, 1 << 20, 1L << 40),
    };
}
