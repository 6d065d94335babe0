using WasmActors.Processes;
using WasmActors.Resilience.Clustering;
using WasmActors.Resilience.Deploying;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Three nodes deploy while the one that writes the catalogue is paused, cut off and killed.</summary>
internal static class CatalogueScenario
{
    private const int Nodes = 3;

    internal static Scenario Scenario { get; } = new(
        "catalogue",
        "Deployments, rollbacks and deletions while the catalogue's writer is paused, cut off and killed: nothing acknowledged is lost, no revision is given twice.",
        new Dictionary<string, string>(StringComparer.Ordinal),
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        if (run.OnPostgres && PostgresServer.MissingBecause is { } missing)
        {
            throw new InvalidOperationException(missing);
        }

        string? noNetwork = await TestNetwork.MissingBecauseAsync().ConfigureAwait(false);
        if (noNetwork is not null)
        {
            ScenarioRun.Tell($"without partitions: {noNetwork}");
        }

        var server = run.OnPostgres ? await PostgresServer.StartAsync().ConfigureAwait(false) : null;
        var network = noNetwork is null ? await TestNetwork.MakeAsync(Nodes).ConfigureAwait(false) : null;
        try
        {
            var settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Http:DrainFor"] = "1s",
                ["Functions:MaxFunctions"] = "100000",
                ["Modules:Compile"] = "in-process", // on a busy machine a process takes long to start
            };
            if (server is not null)
            {
                settings["Database:Kind"] = "postgresql";
                settings["Database:Connection"] = server.SocketConnection;
            }

            var cluster = NodeCluster.Make(Nodes, NodeCluster.FindsDeathsSoon, settings, network?.Addresses);
            await using var _ = cluster.ConfigureAwait(false);
            await TellAsync(run, cluster, network).ConfigureAwait(false);
        }
        finally
        {
            if (network is not null)
            {
                await network.DisposeAsync().ConfigureAwait(false);
            }

            if (server is not null)
            {
                await server.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task TellAsync(ScenarioRun run, NodeCluster cluster, TestNetwork? network)
    {
        int seed = run.SeedOf(Environment.TickCount & 0xffff);
        ScenarioRun.Tell($"seed {seed}");
        await cluster.StartAllAsync().ConfigureAwait(false);
        await WarmAsync(cluster).ConfigureAwait(false);
        using var deployers = new Deployers(cluster.Places.Select(static p => p.Url), seed);
        var story = new CatalogueStory(run, cluster, network, deployers);
        deployers.Start();
        await story.BeginAsync().ConfigureAwait(false);

        var random = new Random(seed);
        var faults = Faults(run, network is not null);
        random.Shuffle(faults);
        foreach (var fault in faults)
        {
            await story.DisturbAsync(fault, random).ConfigureAwait(false);
        }

        await story.EndAsync().ConfigureAwait(false);
        Judge(run, deployers, story, faults);
    }

    // The first deployment on each node compiles the module, in a process of its own.
    private static async Task WarmAsync(NodeCluster cluster)
    {
        foreach (var place in cluster.Places)
        {
            using var api = new NodeApi(place.Url);
            await api.DeployAsync("warm", "stateless", Deployers.Module).ConfigureAwait(false);
        }
    }

    private static CatalogueStory.Fault[] Faults(ScenarioRun run, bool partitions)
    {
        int kills = (int)run.CountOf(100, 1);
        int others = Math.Max(1, kills * 2 / 5);
        return [
            .. Enumerable.Repeat(CatalogueStory.Fault.Kill, kills),
            .. Enumerable.Repeat(CatalogueStory.Fault.Pause, others),
            .. Enumerable.Repeat(CatalogueStory.Fault.Partition, partitions ? others : 0)];
    }

    private static void Judge(ScenarioRun run, Deployers deployers, CatalogueStory story, CatalogueStory.Fault[] faults)
    {
        foreach (string line in story.Lost.Concat(deployers.Repeated).Concat(deployers.Contradictions).Take(40))
        {
            ScenarioRun.Tell(line);
        }

        ScenarioRun.Tell(string.Join(", ", faults.CountBy(static f => f).Select(static f => $"{f.Value} times {f.Key}")));
        ScenarioRun.Tell($"{deployers.Acknowledged:n0} changes were acknowledged, of {deployers.Uncertain:n0} it is not known, {deployers.Functions.Count:n0} functions");
        run.Judge("acknowledged changes", $"{deployers.Acknowledged:n0}", "more than 0", deployers.Acknowledged > 0);
        run.Judge("… that a start or a node at the end did not have", $"{story.Lost.Count:n0} in {story.Starts:n0} comparisons", "0", story.Lost.Count == 0);
        run.Judge("revisions that were given twice", $"{deployers.Repeated.Count:n0}", "0", deployers.Repeated.Count == 0);
        run.Judge("answers that contradict an acknowledged change", $"{deployers.Contradictions.Count:n0}", "0", deployers.Contradictions.Count == 0);
    }
}
