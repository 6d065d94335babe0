using WasmActors.Processes;
using WasmActors.Resilience.Clustering;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Three processes as a cluster, of which one after the other is killed or stopped while they are called.</summary>
internal static class ClusterScenario
{
    private const string Drain = "drain";
    private const string Resolver = "resolver";
    private const int Nodes = 3;

    internal static Scenario Scenario { get; } = new(
        "cluster",
        "Three nodes under load, killed, restarted and stopped one after the other: each call has its answer, keys come back, a graceful stop loses nothing.",
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Drain] = "the node that is to be stopped is killed",
            [Resolver] = "nobody decides that a node is dead",
        },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        if (run.OnPostgres && PostgresServer.MissingBecause is { } missing)
        {
            throw new InvalidOperationException(missing);
        }

        var server = run.OnPostgres ? await PostgresServer.StartAsync().ConfigureAwait(false) : null;
        try
        {
            var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Http:DrainFor"] = "1s" };
            if (server is not null)
            {
                settings["Database:Kind"] = "postgresql";
                settings["Database:Connection"] = server.Connection;
            }

            string akka = run.Has(Resolver) ? NodeCluster.FindsDeathsSoon : NodeCluster.FindsDeathsSoon + "\nakka.cluster.downing-provider-class = \"\"";
            var cluster = NodeCluster.Make(Nodes, akka, settings);
            await using var _ = cluster.ConfigureAwait(false);
            await new ClusterStory(run, cluster).TellAsync(run.Has(Drain), run.Has(Resolver)).ConfigureAwait(false);
        }
        finally
        {
            if (server is not null)
            {
                await server.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
