using System.Diagnostics;
using System.Globalization;
using WasmActors.Processes;
using WasmActors.Resilience.Clustering;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Nodes;

/// <summary>What happens to a cluster of many functions while it is called: nodes leave and come back, all are restarted in turn, one joins during
/// deployments, and nodes are killed at any moment while others join and leave.</summary>
/// <param name="cluster">Three places, and a fourth for the node that joins.</param>
/// <param name="load">Calls them.</param>
/// <param name="functions">The number of keyed functions, each with one key.</param>
/// <param name="sampled">Keys that are called after each kill.</param>
/// <param name="random">Chooses the moments, the nodes and the keys.</param>
internal sealed class NodesStory(NodeCluster cluster, NodesLoad load, int functions, int sampled, Random random)
{
    private const int First = 3;
    private const int Joining = 3;
    private const int DeployedAtOnce = 6;
    private const int CallsAtOnce = 32;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_deployPause = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestMoment = TimeSpan.FromSeconds(6); // a leave takes about as long

    private readonly long _began = Stopwatch.GetTimestamp();

    /// <summary>When nodes left and came back or joined, and during what.</summary>
    internal List<(string What, long From, long To)> Changes { get; } = [];

    /// <summary>How long nodes took to start with all functions.</summary>
    internal List<TimeSpan> Starts { get; } = [];

    /// <summary>How long the node took to join that joined during deployments; null before.</summary>
    internal TimeSpan? Join { get; private set; }

    /// <summary>How long after its join that node had its share of the shards; null if it did not get it.</summary>
    internal TimeSpan? Even { get; private set; }

    /// <summary>How long the last of the sampled keys was silent after each kill; null if it did not answer.</summary>
    internal List<TimeSpan?> Silences { get; } = [];

    /// <summary>Starts three nodes, deploys all functions and calls each.</summary>
    internal async Task BeginAsync()
    {
        await Task.WhenAll(Enumerable.Range(0, First).Select(i => cluster.StartAsync(i))).ConfigureAwait(false);
        using (var api = new NodeApi(cluster.Places[0].Url))
        {
            await api.DeployAsync(NodesLoad.Stateless, "stateless", ClusterLoad.Stateless).ConfigureAwait(false);
        }

        await Parallel.ForAsync(0, functions, new ParallelOptions { MaxDegreeOfParallelism = DeployedAtOnce }, async (i, _) =>
        {
            using var api = new NodeApi(cluster.Places[i % First].Url);
            await api.DeployAsync(NodesLoad.NameOf(i), "keyed", NodesLoad.Keyed).ConfigureAwait(false);
        }).ConfigureAwait(false);
        Tell($"{functions:n0} functions are deployed");
        _ = await load.AllAnswerAsync(Enumerable.Range(0, functions), CallsAtOnce, s_patience).ConfigureAwait(false) ?? throw new InvalidOperationException("A key did not answer at first.");
        await AreReadyAsync().ConfigureAwait(false);
        await WarmAsync().ConfigureAwait(false);
        Tell("a key of each has answered");
        load.Start();
        await Task.Delay(s_settled).ConfigureAwait(false);
    }

    /// <summary>A node leaves and starts again.</summary>
    /// <param name="node">Its place.</param>
    /// <param name="what">What it is part of.</param>
    /// <param name="drains">Whether it is stopped, and not killed.</param>
    internal async Task LeaveAsync(int node, string what, bool drains)
    {
        long from = Stopwatch.GetTimestamp();
        await (drains ? cluster.Nodes[node]!.StopAsync() : cluster.Nodes[node]!.KillAsync()).ConfigureAwait(false);
        double left = Stopwatch.GetElapsedTime(from).TotalSeconds;
        long start = Stopwatch.GetTimestamp();
        await cluster.StartAsync(node).ConfigureAwait(false);
        Starts.Add(Stopwatch.GetElapsedTime(start));
        await AreReadyAsync().ConfigureAwait(false);
        await Task.Delay(s_settled).ConfigureAwait(false);
        Changes.Add((what, from, Stopwatch.GetTimestamp()));
        Tell($"{what}: {cluster.Places[node].Name} left within {left:f1} s and was a member again after {Starts[^1].TotalSeconds:f1} s");
    }

    /// <summary>A fourth node joins while functions are deployed.</summary>
    /// <param name="shards">Shards of the cluster.</param>
    /// <param name="patience">How long the node may take to get its share of them.</param>
    internal async Task JoinAsync(int shards, TimeSpan patience)
    {
        long from = Stopwatch.GetTimestamp();
        using var joined = new CancellationTokenSource();
        var deploying = DeployUntilAsync(joined.Token);
        await cluster.StartAsync(Joining).ConfigureAwait(false);
        long member = Stopwatch.GetTimestamp();
        Join = Stopwatch.GetElapsedTime(from, member);
        await joined.CancelAsync().ConfigureAwait(false);
        int deployed = await deploying.ConfigureAwait(false);
        int share = shards / (Joining + 1);
        int has = 0;
        using var api = new NodeApi(cluster.Places[Joining].Url);
        while (has < share && Stopwatch.GetElapsedTime(member) < patience)
        {
            await Task.Delay(s_poll).ConfigureAwait(false);
            has = await api.ShardsAsync().ConfigureAwait(false);
        }

        Even = has >= share ? Stopwatch.GetElapsedTime(member) : null;
        Changes.Add(("a join", from, Stopwatch.GetTimestamp()));
        Tell($"a join: {cluster.Places[Joining].Name} was a member after {Join.Value.TotalSeconds:f1} s and {deployed} deployments, and has {has} of {shards} shards {Stopwatch.GetElapsedTime(member).TotalSeconds:f1} s later");
    }

    /// <summary>Kills a node at any moment; in two of three cases while another joins or leaves. The first is the node that has the coordinator of shards.</summary>
    /// <param name="number">How many were killed before.</param>
    /// <param name="isLast">Whether the nodes that have ended are not needed any more.</param>
    internal async Task KillAsync(int number, bool isLast)
    {
        var running = Enumerable.Range(0, cluster.Places.Count).Where(i => cluster.Nodes[i] is { HasEnded: false }).ToArray();
        random.Shuffle(running);
        if (number == 0)
        {
            Array.Sort(running, (a, b) => cluster.Nodes[a]!.Began.CompareTo(cluster.Nodes[b]!.Began)); // the coordinator is on the oldest
        }

        int victim = running[0];
        int other = running[1];
        double seconds = random.NextDouble() * s_longestMoment.TotalSeconds;
        string under = (number % 3) switch { 0 => "", 1 => $" while {cluster.Places[other].Name} joins", _ => $" while {cluster.Places[other].Name} leaves" };
        Task meanwhile = Task.CompletedTask;
        if (number % 3 == 1)
        {
            await cluster.Nodes[other]!.StopAsync().ConfigureAwait(false);
            meanwhile = cluster.StartAsync(other);
        }
        else if (number % 3 == 2)
        {
            meanwhile = cluster.Nodes[other]!.StopAsync();
        }

        await Task.Delay(TimeSpan.FromSeconds(seconds)).ConfigureAwait(false);
        await cluster.Nodes[victim]!.KillAsync().ConfigureAwait(false);
        var silence = await load.AllAnswerAsync(random.GetItems([.. Enumerable.Range(0, functions)], sampled), sampled, s_patience).ConfigureAwait(false);
        Silences.Add(silence);
        Tell($"kill {number + 1}: {cluster.Places[victim].Name}{under}, after {seconds:f1} s; the last of {sampled} keys answered {silence?.TotalSeconds ?? double.NaN:f1} s later");
        await meanwhile.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // one that joins may have to be started again
        if (!isLast)
        {
            await AllRunAsync().ConfigureAwait(false);
        }
    }

    private async Task AllRunAsync()
    {
        for (int i = 0; i < cluster.Places.Count; i++)
        {
            if (cluster.Nodes[i] is { HasEnded: true })
            {
                await cluster.StartAsync(i).ConfigureAwait(false);
            }
        }

        await AreReadyAsync().ConfigureAwait(false);
        await Task.Delay(s_settled).ConfigureAwait(false);
    }

    // Each node compiles the stateless function's module at its first call there.
    private async Task WarmAsync()
    {
        for (int node = 0; node < First; node++)
        {
            using var client = new SpreadClient([cluster.Places[node].Url]);
            var outcome = await client.CallAsync($"/v1/functions/{NodesLoad.Stateless}/calls/add", "[1,2]", s_patience).ConfigureAwait(false);
            if (outcome.Kind != CallEnd.Result)
            {
                throw new InvalidOperationException($"{cluster.Places[node].Name} did not answer a stateless call: {outcome}");
            }
        }
    }

    private async Task<int> DeployUntilAsync(CancellationToken end)
    {
        using var api = new NodeApi(cluster.Places[0].Url);
        int deployed = 0;
        for (; !end.IsCancellationRequested; deployed++)
        {
            await api.DeployAsync(string.Create(CultureInfo.InvariantCulture, $"meanwhile{deployed}"), "stateless", ClusterLoad.Stateless).ConfigureAwait(false);
            await Task.Delay(s_deployPause, CancellationToken.None).ConfigureAwait(false);
        }

        return deployed;
    }

    private async Task AreReadyAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        for (int i = 0; i < cluster.Places.Count; i++)
        {
            using var api = new NodeApi(cluster.Places[i].Url);
            while (cluster.Nodes[i] is { HasEnded: false } && !await api.IsReadyAsync().ConfigureAwait(false))
            {
                await Task.Delay(s_poll, patience.Token).ConfigureAwait(false);
            }
        }
    }

    private void Tell(string what) => ScenarioRun.Tell(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_began).TotalSeconds,6:f1} s  {what}"));
}
