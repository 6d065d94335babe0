using System.Diagnostics;
using System.Globalization;
using WasmActors.Processes;
using WasmActors.Resilience.Clustering;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Durability;

/// <summary>Kills nodes at any moment, pauses them for longer than the others wait, and stops them, while durable keys are called.</summary>
/// <param name="cluster">Three places.</param>
/// <param name="load">Calls the keys.</param>
/// <param name="random">Chooses the nodes and the moments.</param>
internal sealed class DurableStory(NodeCluster cluster, DurableLoad load, Random random)
{
    private const double LongestPause = 20; // by then its keys have worked elsewhere for long

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);

    private readonly long _began = Stopwatch.GetTimestamp();

    /// <summary>Starts all nodes, deploys the function and begins to call.</summary>
    internal async Task BeginAsync()
    {
        await cluster.StartAllAsync().ConfigureAwait(false);
        using (var api = new NodeApi(cluster.Places[0].Url))
        {
            await api.DeployAsync(DurableLoad.Function, "keyed&state=durable", DurableLoad.Keyed).ConfigureAwait(false);
        }

        load.Start();
    }

    /// <summary>Disturbs one node, and waits until all are ready again.</summary>
    /// <param name="number">How many were disturbed before: two of three are killed, one is paused.</param>
    internal async Task DisturbAsync(int number)
    {
        int node = random.Next(cluster.Places.Count);
        long before = load.Acknowledged;
        await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 2)).ConfigureAwait(false);
        string what = "killed";
        if (number % 3 == 1)
        {
            double seconds = LongestPause * (0.5 + (random.NextDouble() / 2));
            what = string.Create(CultureInfo.InvariantCulture, $"paused for {seconds:f1} s");
            await cluster.Nodes[node]!.PauseAsync().ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromSeconds(seconds)).ConfigureAwait(false);
            await cluster.Nodes[node]!.ContinueAsync().ConfigureAwait(false);
        }
        else
        {
            await cluster.Nodes[node]!.KillAsync().ConfigureAwait(false);
        }

        await SettleAsync().ConfigureAwait(false);
        ScenarioRun.Tell(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_began).TotalSeconds,6:f1} s  {cluster.Places[node].Name} {what}; {load.Acknowledged - before:n0} calls acknowledged meanwhile"));
    }

    /// <summary>Kills all nodes at once and starts them again.</summary>
    internal async Task KillAllAsync()
    {
        await Task.WhenAll(cluster.Nodes.Select(static n => n!.KillAsync())).ConfigureAwait(false);
        await cluster.StartAllAsync().ConfigureAwait(false);
        await SettleAsync().ConfigureAwait(false);
        ScenarioRun.Tell(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_began).TotalSeconds,6:f1} s  all nodes killed and started again"));
    }

    // A node that has ended, killed or removed from the cluster, is started again, as a service manager does.
    private async Task SettleAsync()
    {
        long since = Stopwatch.GetTimestamp();
        while (true)
        {
            bool ready = true;
            for (int i = 0; i < cluster.Places.Count; i++)
            {
                if (cluster.Nodes[i]!.HasEnded)
                {
                    await cluster.StartAsync(i).ConfigureAwait(false);
                }

                using var api = new NodeApi(cluster.Places[i].Url);
                ready &= await IsReadyAsync(api).ConfigureAwait(false);
            }

            if (ready)
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(since) > s_patience)
            {
                throw new InvalidOperationException($"The cluster did not settle.\n{string.Join("\n", cluster.Nodes.Select(static n => n!.Output))}");
            }

            await Task.Delay(s_poll).ConfigureAwait(false);
        }
    }

    private static async Task<bool> IsReadyAsync(NodeApi api)
    {
        try
        {
            return await api.IsReadyAsync().ConfigureAwait(false);
        }
        catch (Exception absent) when (absent is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
