using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WasmActors.Processes;

namespace WasmActors.Functions.Tests.Processes;

/// <summary>Nodes in networks of their own, one of which is cut off from the others and still reached by clients: the worst kind.</summary>
public sealed class PartitionTests
{
    private const int CutOff = 0; // the oldest: it writes the catalogue and places the keys

    private static readonly TimeSpan s_try = TimeSpan.FromSeconds(3);

    [SkippableFact]
    public async Task Of_a_cluster_that_is_split_the_majority_serves_and_the_others_refuse_until_they_join_again()
    {
        string? missing = await TestNetwork.MissingBecauseAsync();
        Skip.If(missing is not null, missing);
        await using var network = await TestNetwork.MakeAsync(3);
        await using var cluster = NodeCluster.Make(3, NodeCluster.FindsDeathsSoon, new Dictionary<string, string>(StringComparer.Ordinal), network.Addresses);
        await cluster.StartAllAsync();
        using var first = ClientOf(cluster, 0);
        using var second = ClientOf(cluster, 1);
        using var third = ClientOf(cluster, 2);
        Assert.Equal(HttpStatusCode.Created, await DeployAsync(second, "keyed", "keyed"));
        await AllKeysAnswerAsync(first, second, third);

        // Deployments are tried on both sides all the while.
        var accepted = new ConcurrentDictionary<string, (int Node, long Revision, long At)>(StringComparer.Ordinal);
        using var end = new CancellationTokenSource();
        Task[] deploying = [DeployAllTheTimeAsync(0, first, accepted, end.Token), DeployAllTheTimeAsync(1, second, accepted, end.Token)];
        await network.CutOffAsync(CutOff, off: true);

        Assert.Equal(72, await cluster.Nodes[CutOff]!.ExitAsync());
        long ended = Stopwatch.GetTimestamp();
        Assert.Contains("removed from its cluster", cluster.Nodes[CutOff]!.Output, StringComparison.Ordinal);
        await AllKeysAnswerAsync(second, third);
        await Expect.ConditionAsync(() => accepted.Values.Any(a => a.Node == 1 && a.At > ended), "the majority takes a deployment");
        Assert.Equal(2, await MembersAsync(second));

        // Started again too early, by a service manager, it does not begin a cluster of its own, though it is the first seed.
        var early = await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.StartAsync(CutOff, new Dictionary<string, string>(StringComparer.Ordinal) { ["Node:StartWithin"] = "10s" }));
        Assert.Contains("node.not_started", early.Message, StringComparison.Ordinal);

        await network.CutOffAsync(CutOff, off: false);
        await cluster.StartAsync(CutOff);
        await AllKeysAnswerAsync(first, second, third);
        await Expect.ConditionAsync(() => accepted.Values.Any(a => a.Node == 0 && a.At > ended), "the node that was cut off takes a deployment again");
        await end.CancelAsync();
        await Task.WhenAll(deploying);

        Assert.Equal(3, await MembersAsync(first));
        Assert.Equal(accepted.Count, accepted.Values.DistinctBy(a => a.Revision).Count()); // one writer at a time
        string all = await first.GetStringAsync(new Uri("/v1/functions", UriKind.Relative));
        Assert.All(accepted, a => Assert.Contains($"\"{a.Key}\"", all, StringComparison.Ordinal));
        foreach (var client in new[] { second, third })
        {
            await Expect.ConditionAsync(async () => await client.GetStringAsync(new Uri("/v1/functions", UriKind.Relative)) == all, "all nodes have the same catalogue");
        }

        // While they were apart, no more than one side took deployments.
        long? lastOfFirst = accepted.Values.Where(a => a.Node == 0 && a.At < ended).Select(a => (long?)a.Revision).Max();
        long firstOfSecond = accepted.Values.Where(a => a.Node == 1 && a.At > ended).Min(a => a.Revision);
        Assert.True(lastOfFirst is null || lastOfFirst < firstOfSecond, $"{lastOfFirst} {firstOfSecond}");
    }

    private static HttpClient ClientOf(NodeCluster cluster, int place) => new() { BaseAddress = cluster.Places[place].Url, Timeout = ServerProcess.Patience };

    private static async Task<HttpStatusCode> DeployAsync(HttpClient client, string name, string kind)
    {
        using var module = new StringContent(Wat.Counter, Encoding.UTF8, "text/plain");
        using var answer = await client.PutAsync(new Uri($"/v1/functions/{name}?kind={kind}", UriKind.Relative), module);
        return answer.StatusCode;
    }

    private static async Task DeployAllTheTimeAsync(int node, HttpClient client, ConcurrentDictionary<string, (int Node, long Revision, long At)> accepted, CancellationToken end)
    {
        for (int i = 0; !end.IsCancellationRequested && i < 400; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"on-{node}-{i}");
            try
            {
                using var body = new StringContent(Wat.Counter, Encoding.UTF8, "text/plain");
                using var late = new CancellationTokenSource(s_try);
                using var answer = await client.PutAsync(new Uri($"/v1/functions/{name}", UriKind.Relative), body, late.Token);
                if (answer.IsSuccessStatusCode)
                {
                    var deployment = await answer.Content.ReadFromJsonAsync<JsonObject>(CancellationToken.None);
                    accepted[name] = (node, deployment!["revision"]!.GetValue<long>(), Stopwatch.GetTimestamp());
                }
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or JsonException)
            {
                // The node is cut off or away: whether it was taken is not known, and is not counted.
            }

            await Task.Delay(200, CancellationToken.None);
        }
    }

    // Keys that lie on all nodes, asked of each.
    private static async Task AllKeysAnswerAsync(params HttpClient[] clients)
    {
        foreach (int key in Enumerable.Range(0, 24))
        {
            var client = clients[key % clients.Length];
            await Expect.ConditionAsync(
                async () =>
                {
                    using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/v1/functions/keyed/keys/{key}/calls/next", UriKind.Relative));
                    request.Headers.Add("Call-Timeout", "2s");
                    using var answer = await client.SendAsync(request);
                    return answer.IsSuccessStatusCode;
                },
                "a key answers");
        }
    }

    private static async Task<int> MembersAsync(HttpClient client) => (await client.GetFromJsonAsync<JsonObject>("/v1/nodes"))!["nodes"]!.AsArray().Count;
}
