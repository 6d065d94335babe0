using System.Diagnostics;
using System.Globalization;
using WasmActors.Processes;
using WasmActors.Resilience.Clustering;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Deploying;

/// <summary>
/// What happens to the node that writes the catalogue while every node deploys: it is paused, cut off or killed. Each
/// time it comes back, and what it knows then is compared with what had been acknowledged.
/// </summary>
internal sealed class CatalogueStory(ScenarioRun run, NodeCluster cluster, TestNetwork? network, Deployers deployers)
{
    private const int Attempts = 6;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);

    private readonly List<int> _ages = [.. Enumerable.Range(0, cluster.Places.Count)]; // the oldest first: it has the writer
    private readonly List<string> _lost = [];
    private readonly long _began = Stopwatch.GetTimestamp();
    private int _starts;
    private int _removed;

    /// <summary>How a node is disturbed.</summary>
    internal enum Fault
    {
        Pause,
        Partition,
        Kill,
    }

    /// <summary>What a start or the end found to be missing.</summary>
    internal IReadOnlyList<string> Lost => _lost;

    /// <summary>Starts that were compared.</summary>
    internal int Starts => _starts;

    /// <summary>Waits until every node knows a first function, so that it is known who is the oldest.</summary>
    internal async Task BeginAsync()
    {
        // All have started at once: who joined first is not known. The others start again, which makes them younger.
        for (int node = 1; node < cluster.Places.Count; node++)
        {
            await cluster.Nodes[node]!.StopAsync().ConfigureAwait(false);
            await StartAsync(node).ConfigureAwait(false);
        }
    }

    /// <summary>Disturbs the writer, or with a kill sometimes another node, and waits until all are members
    /// again.</summary>
    internal async Task DisturbAsync(Fault fault, Random random)
    {
        int node = _ages[fault == Fault.Kill ? random.Next(2) : 0];
        var process = cluster.Nodes[node]!;
        var length = TimeSpan.FromSeconds(run.Quick ? 12 : 5 + (35 * random.NextDouble()));
        Tell($"{cluster.Places[node].Name}: {fault}{(fault == Fault.Kill ? "" : string.Create(CultureInfo.InvariantCulture, $" of {length.TotalSeconds:f0} s"))}; {deployers.Acknowledged:n0} changes acknowledged");
        switch (fault)
        {
            case Fault.Pause:
                await process.PauseAsync().ConfigureAwait(false);
                await Task.Delay(length).ConfigureAwait(false);
                await process.ContinueAsync().ConfigureAwait(false);
                break;
            case Fault.Partition:
                await network!.CutOffAsync(node, off: true).ConfigureAwait(false);
                await Task.Delay(length).ConfigureAwait(false);
                await network.CutOffAsync(node, off: false).ConfigureAwait(false);
                break;
            default:
                await process.KillAsync().ConfigureAwait(false);
                await Task.Delay(TimeSpan.FromSeconds(3 * random.NextDouble())).ConfigureAwait(false);
                break;
        }

        if (!await IsMemberAgainAsync(node).ConfigureAwait(false))
        {
            _removed++;
            await StartAsync(node).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the deployments, and compares every node, before and after a restart of all.</summary>
    internal async Task EndAsync()
    {
        await deployers.EndAsync().ConfigureAwait(false);
        Tell($"the deployments ended; of the disturbed nodes {_removed} were removed from the cluster and started again");
        await CompareAllAsync("at the end").ConfigureAwait(false);
        await Task.WhenAll(cluster.Nodes.Select(static n => n!.StopAsync())).ConfigureAwait(false);
        await cluster.StartAllAsync().ConfigureAwait(false);
        Tell("all were stopped and started again");
        await CompareAllAsync("after a restart of all").ConfigureAwait(false);
    }

    private async Task CompareAllAsync(string when)
    {
        var check = CatalogueCheck.Now(deployers);
        for (int node = 0; node < cluster.Places.Count; node++)
        {
            long since = Stopwatch.GetTimestamp();
            IReadOnlyList<string> lost;
            while ((lost = await check.LostAsync(cluster.Places[node].Url).ConfigureAwait(false)).Count > 0 && Stopwatch.GetElapsedTime(since) < s_patience)
            {
                await Task.Delay(s_poll).ConfigureAwait(false); // it hears of the last changes a moment later
            }

            _starts++;
            _lost.AddRange(lost.Select(l => $"{when}, {cluster.Places[node].Name}: {l}"));
        }
    }

    private async Task StartAsync(int node)
    {
        var check = CatalogueCheck.Now(deployers);
        long since = Stopwatch.GetTimestamp();
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await cluster.StartAsync(node).ConfigureAwait(false);
                break;
            }
            catch (Exception early) when (early is InvalidOperationException or TimeoutException && attempt < Attempts)
            {
                Tell($"{cluster.Places[node].Name} did not start yet: {early.Message.Split('\n')[0]}");
            }
        }

        var lost = await check.LostAsync(cluster.Places[node].Url).ConfigureAwait(false);
        _starts++;
        _lost.AddRange(lost.Select(l => $"{cluster.Places[node].Name}, started at {Stopwatch.GetElapsedTime(_began).TotalSeconds:f0} s: {l}"));
        _ages.Remove(node);
        _ages.Add(node);
        Tell($"{cluster.Places[node].Name} is a member again, {Stopwatch.GetElapsedTime(since).TotalSeconds:f1} s after its start");
    }

    // A node that was away for a short time stays a member; one that was removed ends.
    private async Task<bool> IsMemberAgainAsync(int node)
    {
        long since = Stopwatch.GetTimestamp();
        while (!cluster.Nodes[node]!.HasEnded)
        {
            if (await MembersAsync(node).ConfigureAwait(false) == cluster.Places.Count && await MembersAsync(_ages[^1]).ConfigureAwait(false) == cluster.Places.Count && await AllReadyAsync().ConfigureAwait(false))
            {
                return true;
            }

            if (Stopwatch.GetElapsedTime(since) > s_patience)
            {
                throw new InvalidOperationException($"{cluster.Places[node].Name} neither ended nor is a member again after {s_patience.TotalSeconds} s.\n{cluster.Nodes[node]!.Output}");
            }

            await Task.Delay(s_poll).ConfigureAwait(false);
        }

        await cluster.Nodes[node]!.ExitAsync().ConfigureAwait(false);
        return false;
    }

    private async Task<bool> AllReadyAsync()
    {
        foreach (var place in cluster.Places)
        {
            using var api = new NodeApi(place.Url);
            try
            {
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

    private async Task<int> MembersAsync(int node)
    {
        using var api = new NodeApi(cluster.Places[node].Url);
        try
        {
            return await api.MembersAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            return 0;
        }
    }

    private void Tell(string what) => ScenarioRun.Tell(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_began).TotalSeconds,6:f1} s  {what}"));
}
