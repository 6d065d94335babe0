using Serilog.Core;
using Serilog.Events;

namespace WasmActors.Host.Telemetry;

/// <summary>Drops what Akka logs about connections, members and the placement of shards, which is tried again until it succeeds: for a node that is lost some twenty lines and stack traces, for which
/// <see cref="Cluster.MembershipLog"/> has one line.</summary>
internal sealed class ClusterNoise : ILogEventFilter
{
    private const string ActorPath = nameof(ActorPath);

    // Connections; members; the decision which nodes are downed; where shards are.
    private static readonly string[] s_below = ["/system/endpointManager"];
    private static readonly string[] s_exactly =
    [
        "/system/cluster/core/daemon",
        "/system/cluster/core/daemon/downingProvider",
        "/system/sharding/wasm-functions",
        "/system/sharding/wasm-functionsCoordinator/singleton/coordinator",
    ];

    public bool IsEnabled(LogEvent logEvent) =>
        !logEvent.Properties.TryGetValue(ActorPath, out var value) || value is not ScalarValue { Value: string path } || !IsNoise(path);

    private static bool IsNoise(string path) =>
        s_below.Any(below => path.Contains(below, StringComparison.Ordinal)) || s_exactly.Any(exactly => path.EndsWith(exactly, StringComparison.Ordinal));
}
