using WasmActors.Processes;

namespace WasmActors.Functions.Tests.Processes;

public sealed class StartTests
{
    [Fact]
    public async Task A_node_that_waits_for_its_cluster_ends_when_it_is_asked_to()
    {
        await using var cluster = NodeCluster.Make(2, "", new Dictionary<string, string>(StringComparer.Ordinal) { ["Node:StartWithin"] = "1h" });
        await using var node = cluster.Places[1].Start(); // not the first seed, which does not run
        await Expect.ConditionAsync(() => node.Output.Contains(cluster.Places[0].Address, StringComparison.Ordinal), "the node looks for the first seed");

        Assert.Equal(0, await node.StopAsync());

        Assert.DoesNotContain("Listening", node.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_starts_again_has_compiled_what_is_deployed_before_it_listens()
    {
        await using var cluster = NodeCluster.Make(1, NodeCluster.FindsDeathsSoon, new Dictionary<string, string>(StringComparer.Ordinal));
        await cluster.StartAsync(0);
        using var client = new HttpClient { BaseAddress = cluster.Places[0].Url, Timeout = ServerProcess.Patience };
        using var module = new StringContent(Wat.Counter, System.Text.Encoding.UTF8, "text/plain");
        using var deployed = await client.PutAsync(new Uri("/v1/functions/counter", UriKind.Relative), module);
        Assert.True(deployed.IsSuccessStatusCode);
        Assert.Equal(0, await cluster.Nodes[0]!.StopAsync());
        string modules = Path.Combine(cluster.Folder, "node1", "modules");
        Directory.Delete(modules, recursive: true);

        await cluster.StartAsync(0);

        Assert.NotEmpty(Directory.GetFiles(modules, "*", SearchOption.AllDirectories));
    }
}
