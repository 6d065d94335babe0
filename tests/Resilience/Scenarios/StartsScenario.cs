using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using WasmActors.Processes;
using WasmActors.Resilience.Clustering;
using WasmActors.Resilience.Deploying;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Scenarios;

/// <summary>Nodes that start and join with many functions.</summary>
internal static class StartsScenario
{
    private const int AtOnce = 8;

    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(5);

    internal static Scenario Scenario { get; } = new(
        "starts",
        "A catalogue of 10,000 functions: a node starts, and a node joins during deployments, within 5 s.",
        new Dictionary<string, string>(StringComparer.Ordinal),
        RunAsync);

    private static async Task RunAsync(ScenarioRun run)
    {
        int count = (int)run.CountOf(10_000, 1_500);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Http:DrainFor"] = "1s",
            ["Functions:MaxFunctions"] = "200000",
            ["Modules:Compile"] = "in-process", // on a busy machine a process takes long to start
        };
        var alone = NodeCluster.Make(1, NodeCluster.FindsDeathsSoon, settings);
        await using var _ = alone.ConfigureAwait(false);
        string database = Path.Combine(alone.Folder, "cluster.db");
        settings["Database:File"] = database;
        var cluster = NodeCluster.Make(3, NodeCluster.FindsDeathsSoon, settings);
        await using var __ = cluster.ConfigureAwait(false);

        await StartAsync(run, alone, "an empty node starts").ConfigureAwait(false);
        await FillAsync(alone.Nodes[0]!, count).ConfigureAwait(false);
        await alone.Nodes[0]!.StopAsync().ConfigureAwait(false);
        await StartAsync(run, alone, $"a node with {count:n0} functions starts").ConfigureAwait(false);
        await alone.Nodes[0]!.KillAsync().ConfigureAwait(false);
        await StartAsync(run, alone, "… after a kill").ConfigureAwait(false);
        await alone.Nodes[0]!.StopAsync().ConfigureAwait(false);
        await DeleteSnapshotsAsync(database).ConfigureAwait(false);
        await StartAsync(run, alone, "… from the journal alone").ConfigureAwait(false);
        await alone.Nodes[0]!.StopAsync().ConfigureAwait(false);

        await Task.WhenAll(cluster.StartAsync(0), cluster.StartAsync(1)).ConfigureAwait(false);
        foreach (var place in cluster.Places.Take(2))
        {
            using var api = new NodeApi(place.Url);
            await api.DeployAsync("warm", "stateless", Deployers.Module).ConfigureAwait(false); // compiles the module there
        }

        using var deployers = new Deployers(cluster.Places.Take(2).Select(static p => p.Url), seed: 1);
        deployers.Start();
        long acknowledged = deployers.Acknowledged;
        var check = CatalogueCheck.Now(deployers);
        long since = Stopwatch.GetTimestamp();
        await cluster.StartAsync(2).ConfigureAwait(false);
        Judge(run, $"a node joins {count:n0} functions during deployments", since);
        var lost = await check.LostAsync(cluster.Places[2].Url).ConfigureAwait(false);
        run.Judge("  … and lacks", $"{lost.Count:n0}", "0", lost.Count == 0);
        await deployers.EndAsync().ConfigureAwait(false);
        ScenarioRun.Tell($"{deployers.Acknowledged - acknowledged:n0} changes were acknowledged meanwhile");
        run.JudgeSpeed("changes without an answer while it joined", $"{deployers.Uncertain:n0}", "0", deployers.Uncertain == 0);
    }

    private static async Task StartAsync(ScenarioRun run, NodeCluster cluster, string what)
    {
        long since = Stopwatch.GetTimestamp();
        var node = await cluster.StartAsync(0).ConfigureAwait(false);
        Judge(run, what, since);
        ScenarioRun.Tell(string.Create(CultureInfo.InvariantCulture, $"  {node.ProcessorTime.TotalSeconds:f1} s of a processor"));
    }

    private static void Judge(ScenarioRun run, string what, long since)
    {
        var took = Stopwatch.GetElapsedTime(since);
        run.JudgeSpeed(what, string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:f1} s"), "at most 5 s", took <= s_most);
    }

    private static async Task FillAsync(ServerProcess node, int count)
    {
        long since = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, cancellation) =>
        {
            using var body = new StringContent(Deployers.Module, Encoding.UTF8, "text/plain");
            using var answer = await node.Client.PutAsync(new Uri($"/v1/functions/many-{i}?kind=stateless&convention=core", UriKind.Relative), body, cancellation).ConfigureAwait(false);
            answer.EnsureSuccessStatusCode();
        }).ConfigureAwait(false);
        ScenarioRun.Tell($"{count:n0} functions were deployed in {Stopwatch.GetElapsedTime(since).TotalSeconds:f0} s");
    }

    private static async Task DeleteSnapshotsAsync(string database)
    {
        var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        await using var _ = connection.ConfigureAwait(false);
        await connection.OpenAsync().ConfigureAwait(false);
        var command = connection.CreateCommand();
        await using var __ = command.ConfigureAwait(false);
        command.CommandText = "DELETE FROM snapshot";
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }
}
