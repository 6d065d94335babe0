using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using WasmActors.Processes;

namespace WasmActors.Functions.Tests.Processes;

public sealed class StopTests
{
    private static readonly Uri s_live = new("/healthz", UriKind.Relative);
    private static readonly Uri s_ready = new("/readyz", UriKind.Relative);

    [Fact]
    public async Task A_node_that_stops_is_not_ready_still_answers_and_ends_its_connections_before_it_listens_no_more()
    {
        await using var cluster = NodeCluster.Make(1, NodeCluster.FindsDeathsSoon, new Dictionary<string, string>(StringComparer.Ordinal) { ["Http:DrainFor"] = "3s" });
        var node = await cluster.StartAsync(0);
        using var client = new HttpClient { BaseAddress = node.Address, Timeout = ServerProcess.Patience };
        using (var before = await client.GetAsync(s_live))
        {
            Assert.Equal((HttpStatusCode.OK, null), (before.StatusCode, before.Headers.ConnectionClose));
        }

        var exit = node.StopAsync();
        string? code = null;
        await Expect.ConditionAsync(
            async () =>
            {
                using var ready = await client.GetAsync(s_ready);
                code = ready.IsSuccessStatusCode ? null : (await ready.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>();
                return code is not null;
            },
            "the node is no longer ready");
        using var during = await client.GetAsync(s_live);

        Assert.Equal("http.not_ready", code);
        Assert.Equal((HttpStatusCode.OK, true), (during.StatusCode, during.Headers.ConnectionClose));
        Assert.Equal(0, await exit);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(s_live));
        Assert.Equal(HttpRequestError.ConnectionError, refused.HttpRequestError);
    }
}
