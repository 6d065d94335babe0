using WasmActors.Processes;
using WasmActors.Resilience.Durability;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Three processes with durable keys, which are killed and paused while the keys count.</summary>
internal static class DurableScenario
{
    private const string Identity = "identity";
    private const int Nodes = 3;

    internal static Scenario Scenario { get; } = new(
        "durable",
        "Durable keys count while nodes are killed and paused: nothing acknowledged is lost, nothing runs twice, failed calls leave nothing.",
        new Dictionary<string, string>(StringComparer.Ordinal) { [Identity] = "repeated calls have another idempotency key, so that the host cannot recognize them" },
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Http:DrainFor"] = "100ms",
            ["Functions:Shards"] = "32",
            ["Modules:Compile"] = "in-process",
        };
        var server = run.OnPostgres ? await PostgresServer.StartAsync().ConfigureAwait(false) : null;
        try
        {
            if (server is not null)
            {
                settings["Database:Kind"] = "postgresql";
                settings["Database:Connection"] = server.Connection;
            }

            var cluster = NodeCluster.Make(Nodes, run.Quick ? NodeCluster.FindsDeathsSoon : "", settings);
            await using var _ = cluster.ConfigureAwait(false);
            await RunAsync(run, cluster).ConfigureAwait(false);
        }
        finally
        {
            if (server is not null)
            {
                await server.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task RunAsync(ScenarioRun run, NodeCluster cluster)
    {
        using var load = new DurableLoad(cluster.Places.Select(static p => p.Url), keys: run.Quick ? 16 : 64, run.Has(Identity));
        var story = new DurableStory(cluster, load, new Random(run.SeedOf(1)));
        await story.BeginAsync().ConfigureAwait(false);
        int count = (int)run.CountOf(200, 2);
        for (int i = 0; i < count; i++)
        {
            await story.DisturbAsync(i).ConfigureAwait(false);
        }

        await load.EndAsync().ConfigureAwait(false);
        await story.KillAllAsync().ConfigureAwait(false);
        int differ = await load.DifferAsync().ConfigureAwait(false);
        ScenarioRun.Tell($"{load.Acknowledged:n0} calls acknowledged, {load.Repeated:n0} sent again; {load.Times}");
        foreach (string wrong in load.Wrong)
        {
            ScenarioRun.Tell(wrong);
        }

        run.Judge("acknowledged calls that were lost, and failed calls that left something", $"{load.Lost:n0}", "0", load.Lost == 0);
        run.Judge("calls that ran twice", $"{load.Doubled:n0}", "0", load.Doubled == 0);
        run.Judge("keys that gave no result for 90 s", $"{load.Silent}", "0", load.Silent == 0);
        run.Judge("counters that differ after all nodes were killed", $"{differ}", "0", differ == 0);
        run.Judge("calls were acknowledged and repeated", $"{load.Acknowledged:n0}, {load.Repeated:n0}", "some", load.Acknowledged > 0 && load.Repeated > 0);
    }
}
