using System.Net.Http.Json;
using System.Text.Json.Nodes;
using WasmActors.Processes;

namespace WasmActors.Functions.Tests.Processes;

public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wasmactors-tls-").FullName;
    private readonly TestAuthority _own = TestAuthority.Make("the cluster's authority");
    private readonly TestAuthority _foreign = TestAuthority.Make("another authority");

    public void Dispose()
    {
        _own.Dispose();
        _foreign.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Nodes_with_certificates_of_their_authority_form_a_cluster_and_others_are_not_let_in()
    {
        var settings = Certificates("own", _own, _own);
        await using var cluster = NodeCluster.Make(3, NodeCluster.FindsDeathsSoon, settings);
        await Task.WhenAll(cluster.StartAsync(0), cluster.StartAsync(1));
        Assert.Equal(2, (await MembersAsync(cluster, 0)).Count);

        // Its own authority would take all; that of the cluster does not take it.
        var foreign = Certificates("foreign", _foreign, _own, _foreign);
        var without = new Dictionary<string, string>(StringComparer.Ordinal) { ["Tls:Certificate"] = "", ["Tls:PasswordFile"] = "", ["Tls:Authority"] = "", ["Node:AllowInsecureCluster"] = "true" };
        foreach (var other in new[] { foreign, without })
        {
            other["Node:StartWithin"] = "10s";
            string failure = await StartAsync(cluster, 2, other);
            Assert.True(failure.Contains("node.not_started", StringComparison.Ordinal) && failure.Contains("did not become a member", StringComparison.Ordinal), failure);
        }

        var members = await MembersAsync(cluster, 0);
        Assert.Equal(2, members.Count);
        Assert.All(members, m => Assert.StartsWith("akka.ssl.tcp://", m, StringComparison.Ordinal));
        Assert.Contains("is not let in: its certificate", cluster.Nodes[0]!.Output + cluster.Nodes[1]!.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("foreign.pem", "secret", "The other nodes would not take the certificate")]
    [InlineData("own.pem", "wrong", "cannot be read")]
    public async Task A_certificate_that_others_would_not_take_or_that_cannot_be_read_stops_the_start(string authority, string password, string message)
    {
        var settings = Certificates("own", _own, _own);
        _foreign.Write(Path.Combine(_folder, "foreign.pem"));
        settings["Tls:Authority"] = Path.Combine(_folder, authority);
        await File.WriteAllTextAsync(settings["Tls:PasswordFile"], password);
        await using var cluster = NodeCluster.Make(1, "", settings);

        string failure = await StartAsync(cluster, 0, settings);

        Assert.Contains("node.not_started", failure, StringComparison.Ordinal);
        Assert.Contains(message, failure, StringComparison.Ordinal);
    }

    private static async Task<string> StartAsync(NodeCluster cluster, int place, Dictionary<string, string> settings) =>
        (await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.StartAsync(place, settings))).Message;

    private static async Task<IReadOnlyList<string>> MembersAsync(NodeCluster cluster, int place)
    {
        using var client = new HttpClient { BaseAddress = cluster.Places[place].Url };
        var nodes = await client.GetFromJsonAsync<JsonObject>("/v1/nodes");
        return [.. nodes!["nodes"]!.AsArray().Select(static n => n!["address"]!.GetValue<string>())];
    }

    // The certificate by one authority; those that are trusted.
    private Dictionary<string, string> Certificates(string name, TestAuthority by, params TestAuthority[] trusted)
    {
        string Named(string ending) => Path.Combine(_folder, name + ending);
        by.Give(Named(".pfx"), "secret");
        File.WriteAllText(Named(".password"), "secret\n");
        var pems = trusted.Select((authority, i) =>
        {
            authority.Write(Named($".{i}.pem"));
            return File.ReadAllText(Named($".{i}.pem"));
        });
        File.WriteAllText(Named(".pem"), string.Join('\n', pems));
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Tls:Certificate"] = Named(".pfx"),
            ["Tls:PasswordFile"] = Named(".password"),
            ["Tls:Authority"] = Named(".pem"),
        };
    }
}
