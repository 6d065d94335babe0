using System.Globalization;
using Serilog;
using WasmActors.Actors.Imports;
using WasmActors.Functions.State;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Functions.Api;

/// <summary>What a node hosts functions with. Nodes of one cluster should have the same.</summary>
public sealed record FunctionHostOptions
{
    /// <summary>The default of <see cref="Shards"/>.</summary>
    public const int DefaultShards = 512;

    /// <summary>The number of shards of all nodes whose version has no setting for it.</summary>
    public const int EarlierShards = 128;

    private const int UsualLiveKeys = 20_000;

    /// <summary>Where modules are kept for all nodes.</summary>
    public required IModuleStore Modules { get; init; }

    /// <summary>Where the states of durable keys are kept for all nodes. Default null: no function can be
    /// durable.</summary>
    public IStateStore? State { get; init; }

    /// <summary>Sets of imports that functions can be granted, by name: each adds its definitions to a map,
    /// which all stores share that have the same grants. Default none.</summary>
    public IReadOnlyDictionary<string, Action<ImportMap>> Imports { get; init; } = new Dictionary<string, Action<ImportMap>>(StringComparer.Ordinal);

    /// <summary>Folders of the node that functions may be granted, with those in them; absolute paths. Default null:
    /// any. A deployment that grants another one is refused, and so are calls where another node took it:
    /// <c>function.not_granted</c>.</summary>
    public IReadOnlyList<string>? Folders { get; init; }

    /// <summary>What every function's module may use beyond what every module may; a deployment can grant more. Default
    /// tail calls and relaxed vector instructions.</summary>
    public WasmFeatures Features { get; init; } = new StoreOptions().Features;

    /// <summary>How long calls that run may go on when a store moves or its node stops; 0 to 1 h. Default 10
    /// s.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of large inputs and outputs that a node keeps for others to fetch; at least 1 MiB. Default 256
    /// MiB.</summary>
    public long HeldBytes { get; init; } = 256 << 20;

    /// <summary>Calls of keyed functions that may be under way from this node; 1 to 10,000,000. Default 100,000. The
    /// next is answered <c>call.busy</c>.</summary>
    public int CallsUnderWay { get; init; } = 100_000;

    /// <summary>Keys of keyed functions whose stores a node keeps; from 1 to three quarters of <see
    /// cref="Runtime.Modules.EngineSettings.MaxStacks"/>, 73,728 at most. Default null: 20,000, or as many as that
    /// allows. Above it the longest idle lose theirs as if their idle time were over; calls do not wait for
    /// that.</summary>
    public int? LiveKeys { get; init; }

    /// <summary>Shards that the keys of all functions are divided into; 1 to 4,096, the same on every node of a
    /// cluster. Default 512. A shard is on one node: a cluster has work for no more nodes than it has shards, and is
    /// even with ten shards for each node. A node whose number differs from the others' executes no keyed
    /// calls.</summary>
    public int Shards { get; init; } = DefaultShards;

    /// <summary>Functions that the catalogue may have; 1 to 1,000,000. Default 10,000. Deploying another one fails with
    /// <c>function.too_many</c>.</summary>
    public int MaxFunctions { get; init; } = 10_000;

    /// <summary>How long a stored module is kept that no version of a function has; 1 s to 10 years, or <see
    /// cref="Timeout.InfiniteTimeSpan"/> for ever. Default 1 day. Only for a store that is an <see
    /// cref="IModuleInventory"/>.</summary>
    public TimeSpan KeepUnusedModules { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Where the host logs. Default: nowhere.</summary>
    public ILogger Logger { get; init; } = Serilog.Core.Logger.None;

    /// <summary>The most keys that may have a store, with so many stacks (<see
    /// cref="EngineSettings.MaxStacks"/>).</summary>
    public static int MostLiveKeys(int stacks) => Math.Max(1, stacks / 4 * 3);

    /// <exception cref="WasmError"><c>engine.bad_settings</c></exception>
    internal void Check()
    {
        Require(Grace >= TimeSpan.Zero && Grace <= TimeSpan.FromHours(1), nameof(Grace), Grace, "0 to 1 h");
        Require(HeldBytes >= 1 << 20, nameof(HeldBytes), HeldBytes, "1,048,576 and more");
        Require(CallsUnderWay is >= 1 and <= 10_000_000, nameof(CallsUnderWay), CallsUnderWay, "1 to 10,000,000");
        Require(LiveKeys is null or >= 1, nameof(LiveKeys), LiveKeys ?? 0, "1 and more");
        Require(Shards is >= 1 and <= 4_096, nameof(Shards), Shards, "1 to 4,096");
        Require(MaxFunctions is >= 1 and <= 1_000_000, nameof(MaxFunctions), MaxFunctions, "1 to 1,000,000");
        Require(
            KeepUnusedModules == Timeout.InfiniteTimeSpan || (KeepUnusedModules >= TimeSpan.FromSeconds(1) && KeepUnusedModules <= TimeSpan.FromDays(3660)),
            nameof(KeepUnusedModules),
            KeepUnusedModules,
            "1 s to 10 years, or infinite");
        foreach (string folder in Folders ?? [])
        {
            Require(Path.IsPathFullyQualified(folder), nameof(Folders), GuestText.Clean(folder, GuestText.NameLimit), "absolute paths");
        }

        foreach (string name in Imports.Keys)
        {
            Require(FunctionNames.IsName(name), nameof(Imports), GuestText.Clean(name, GuestText.NameLimit), "names like those of functions");
        }
    }

    /// <summary>Keys that may have a store, with the stacks that an engine has.</summary>
    /// <exception cref="WasmError"><c>engine.bad_settings</c>: the stacks do not allow as many as are set.</exception>
    internal int LiveKeysOf(EngineSettings engine)
    {
        int most = MostLiveKeys(engine.MaxStacks);
        if (LiveKeys > most)
        {
            throw new WasmError(ErrorCode.BadSettings, string.Create(CultureInfo.InvariantCulture, $"FunctionHostOptions.LiveKeys is {LiveKeys}; allowed is 1 to {most}: three quarters of EngineSettings.MaxStacks, which is {engine.MaxStacks}. The other stacks are for stateless functions and for stores that are being stopped. Raise MaxStacks, or allow fewer keys."));
        }

        return LiveKeys ?? Math.Min(UsualLiveKeys, most);
    }

    private static void Require(bool holds, string name, object value, string allowed)
    {
        if (!holds)
        {
            throw new WasmError(ErrorCode.BadSettings, $"FunctionHostOptions.{name} is {value}; allowed is {allowed}.");
        }
    }
}
