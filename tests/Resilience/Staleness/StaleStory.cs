using System.Diagnostics;
using System.Globalization;
using WasmActors.Processes;
using WasmActors.Resilience.Clustering;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Staleness;

/// <summary>Takes one node after the other from its cluster for a while, in one of two ways, while the keys are called on every node.</summary>
/// <param name="run">Judges.</param>
/// <param name="cluster">Three places.</param>
/// <param name="what">What is done to a node, for people.</param>
/// <param name="takeAsync">Does it to the node at a place, or ends it.</param>
/// <param name="random">How long, and to which node.</param>
internal sealed class StaleStory(ScenarioRun run, NodeCluster cluster, string what, Func<int, bool, Task> takeAsync, Random random)
{
    private const double Shortest = 4; // nobody has removed the node then
    private const double Longest = 24; // its keys have been working elsewhere for long
    private const int LeastKeys = StaleLoad.Keys / 6;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_balanced = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_longestBalancing = TimeSpan.FromSeconds(30);

    private int _removed;

    /// <summary>Runs it, tells and judges.</summary>
    internal async Task TellAsync(int times)
    {
        await cluster.StartAllAsync().ConfigureAwait(false);
        using (var api = new NodeApi(cluster.Places[0].Url))
        {
            await api.DeployAsync("stores", "keyed", StaleLoad.Keyed).ConfigureAwait(false);
        }

        using var load = new StaleLoad(cluster.Places.Select(static p => p.Url));
        load.Start();
        await AnswersAsync(load).ConfigureAwait(false);
        for (int i = 0; i < times; i++)
        {
            await HaveKeysAsync().ConfigureAwait(false);
            int node = random.Next(cluster.Places.Count);
            double seconds = run.Quick && i == 0 ? Longest * 3 / 4 : Shortest + (random.NextDouble() * (Longest - Shortest));
            await OnceAsync(load, i, node, seconds).ConfigureAwait(false);
        }

        await load.EndAsync().ConfigureAwait(false);
        ScenarioRun.Tell(string.Create(CultureInfo.InvariantCulture, $"{what} {times} times: {load.Answers:n0} answers, {load.Failures:n0} failures; {_removed} times the node was removed; {load.Stores:n0} stores of {StaleLoad.Keys} keys answered"));
        run.Judge($"{what}: answers out of a store after another had answered", $"{load.Stale:n0}", "0", load.Stale == 0);
        ScenarioRun.Tell($"{what}: {load.Overtaken:n0} answers came after the first one of a later store, calls that were begun before it included");
        run.Judge($"{what}: keys worked elsewhere meanwhile", $"{_removed}", "at least once", _removed > 0);
    }

    private async Task OnceAsync(StaleLoad load, int number, int node, double seconds)
    {
        int stores = load.Stores;
        long stale = load.Stale;
        await takeAsync(node, true).ConfigureAwait(false);
        await Task.Delay(TimeSpan.FromSeconds(seconds)).ConfigureAwait(false);
        int elsewhere = load.Stores - stores;
        await takeAsync(node, false).ConfigureAwait(false);
        long at = Stopwatch.GetTimestamp();
        bool removed = await SettlesAsync(node).ConfigureAwait(false);
        _removed += elsewhere > 0 ? 1 : 0;
        await AnswersAsync(load).ConfigureAwait(false);
        ScenarioRun.Tell(string.Create(CultureInfo.InvariantCulture, $"{what} {number + 1,3}: {cluster.Places[node].Name} for {seconds:f1} s, {elsewhere} keys elsewhere, {(removed ? "it was removed and started again" : "it went on")}, all well {Stopwatch.GetElapsedTime(at).TotalSeconds:f1} s later, {load.Stale - stale} stale"));
    }

    // Either it ends, because it was removed, and is started again as a service manager does; or it is ready, and remains so.
    private async Task<bool> SettlesAsync(int node)
    {
        bool ended = false;
        long ready = 0;
        for (long since = Stopwatch.GetTimestamp(); ready == 0 || Stopwatch.GetElapsedTime(ready) < s_balanced;)
        {
            if (Stopwatch.GetElapsedTime(since) > s_patience)
            {
                throw new InvalidOperationException($"The cluster did not settle.\n{string.Join("\n", cluster.Nodes.Select(static n => n!.Output))}");
            }

            for (int i = 0; i < cluster.Places.Count; i++)
            {
                if (cluster.Nodes[i]!.HasEnded)
                {
                    ended |= i == node;
                    ready = 0;
                    await cluster.StartAsync(i).ConfigureAwait(false);
                }
            }

            ready = await AreReadyAsync().ConfigureAwait(false) ? (ready == 0 ? Stopwatch.GetTimestamp() : ready) : 0;
            await Task.Delay(s_poll).ConfigureAwait(false);
        }

        return ended;
    }

    private async Task<bool> AreReadyAsync()
    {
        foreach (var place in cluster.Places)
        {
            try
            {
                using var api = new NodeApi(place.Url);
                if (!await api.IsReadyAsync().ConfigureAwait(false))
                {
                    return false;
                }
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
            {
                return false;
            }
        }

        return true;
    }

    // A node without keys could give no stale answer.
    private async Task HaveKeysAsync()
    {
        for (long since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < s_longestBalancing;)
        {
            int fewest = int.MaxValue;
            foreach (var place in cluster.Places)
            {
                using var api = new NodeApi(place.Url);
                fewest = Math.Min(fewest, await api.KeyedStoresAsync().ConfigureAwait(false));
            }

            if (fewest >= LeastKeys)
            {
                return;
            }

            await Task.Delay(s_poll).ConfigureAwait(false);
        }
    }

    private static async Task AnswersAsync(StaleLoad load)
    {
        long now = Stopwatch.GetTimestamp();
        while (!load.AllKeysAnswerSince(now))
        {
            if (Stopwatch.GetElapsedTime(now) > s_patience)
            {
                throw new InvalidOperationException("A key did not answer.");
            }

            await Task.Delay(s_poll).ConfigureAwait(false);
        }
    }
}
