using WasmActors.Processes;
using WasmActors.Resilience.Running;
using WasmActors.Resilience.Staleness;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Three processes as a cluster, of which one after the other is paused or cut off and comes back, while keys are called on all of them.</summary>
internal static class StaleScenario
{
    private const string Lease = "lease";
    private const int Nodes = 3;
    private const int Times = 40;

    internal static Scenario Scenario { get; } = new(
        "stale",
        "A node that was paused or cut off gives no answer out of a store that another node has replaced.",
        new Dictionary<string, string>(StringComparer.Ordinal) { [Lease] = "a node answers for its keys although it has heard from nobody" },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        int times = (int)run.CountOf(Times, 2);
        string akka = run.Has(Lease) ? "" : "wasmactors.key-lease.length = off";
        if (run.Quick)
        {
            akka = $"{NodeCluster.FindsDeathsSoon}\n{akka}";
        }

        // Few shards are even soon after a node has come back.
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Http:DrainFor"] = "100ms", ["Functions:Shards"] = "32" };
        await PauseAsync(run, times, akka, settings).ConfigureAwait(false);
        if (!run.Quick)
        {
            await CutOffAsync(run, times, akka, settings).ConfigureAwait(false); // the tests of nodes have one
        }
    }

    private static async Task PauseAsync(ScenarioRun run, int times, string akka, Dictionary<string, string> settings)
    {
        var cluster = NodeCluster.Make(Nodes, akka, settings);
        await using var _ = cluster.ConfigureAwait(false);
        Task Take(int node, bool away) => away ? cluster.Nodes[node]!.PauseAsync() : cluster.Nodes[node]!.ContinueAsync();
        await new StaleStory(run, cluster, "paused", Take, new Random(run.SeedOf(1))).TellAsync(times).ConfigureAwait(false);
    }

    private static async Task CutOffAsync(ScenarioRun run, int times, string akka, Dictionary<string, string> settings)
    {
        if (await TestNetwork.MissingBecauseAsync().ConfigureAwait(false) is { } missing)
        {
            run.Judge("cut off", missing, "network namespaces", met: false);
            return;
        }

        var network = await TestNetwork.MakeAsync(Nodes).ConfigureAwait(false);
        await using var ofNetwork = network.ConfigureAwait(false);
        var cluster = NodeCluster.Make(Nodes, akka, settings, network.Addresses);
        await using var _ = cluster.ConfigureAwait(false);
        await new StaleStory(run, cluster, "cut off", network.CutOffAsync, new Random(run.SeedOf(2))).TellAsync(times).ConfigureAwait(false);
    }
}
