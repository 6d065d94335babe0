using System.Net;
using WasmActors.Host.Tests.Cli;
using WasmActors.Processes;

namespace WasmActors.Host.Tests.Serving;

public sealed class ListeningTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task A_node_without_a_cluster_listens_for_HTTP_and_nothing_else()
    {
        Skip.IfNot(OpenSockets.CanBeListed, "Needs /proc/net/tcp.");
        await using var serve = await ProgramRun.ServeAsync(_folder, "--open");

        Assert.Equal([new IPEndPoint(IPAddress.Loopback, serve.Address.Port)], OpenSockets.Of(serve.Id));
    }

    [SkippableFact]
    public async Task Settings_of_Akka_do_not_make_a_node_without_a_cluster_listen()
    {
        Skip.IfNot(OpenSockets.CanBeListed, "Needs /proc/net/tcp.");
        string akka = _folder.Write("akka.conf", """
            akka.remote.enabled-transports = ["akka.remote.dot-netty.tcp"]
            akka.cluster.seed-nodes = ["akka.tcp://wasmactors@127.0.0.1:1"]
            """);
        string config = _folder.Write("settings.json", $$"""{ "WasmActors": { "Node": { "AkkaFile": "{{akka}}" } } }""");
        await using var serve = await ProgramRun.ServeAsync(_folder, "--open", "--config", config);

        Assert.Equal([new IPEndPoint(IPAddress.Loopback, serve.Address.Port)], OpenSockets.Of(serve.Id));
    }

    [SkippableFact]
    public async Task A_node_that_allows_an_insecure_cluster_listens_for_nodes_too_and_says_what_that_means()
    {
        Skip.IfNot(OpenSockets.CanBeListed, "Needs /proc/net/tcp.");
        int port = FreePorts.Take(1)[0];
        string config = _folder.Write("settings.json", $$"""
            { "WasmActors": { "Node": { "Port": {{port}}, "SeedNodes": ["akka.tcp://wasmactors@127.0.0.1:{{port}}"], "AllowInsecureCluster": true } } }
            """);
        await using var serve = await ProgramRun.ServeAsync(_folder, "--open", "--config", config);

        Assert.Equal(
            new[] { port, serve.Address.Port }.Order(),
            OpenSockets.Of(serve.Id).Select(static at => at.Port).Order());
        Assert.Equal(0, await serve.StopAsync());
        Assert.Contains("Nodes connect without TLS", serve.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_with_seeds_and_without_TLS_does_not_start_and_opens_nothing()
    {
        string config = _folder.Write("settings.json", """
            { "WasmActors": { "Node": { "Port": 4053, "SeedNodes": ["akka.tcp://wasmactors@127.0.0.1:4053"] } } }
            """);

        var run = await ProgramRun.Of(_folder, ["serve", "--config", config, "--url", "http://127.0.0.1:0"]);

        Assert.Equal((2, "settings.invalid"), (run.ExitCode, run.Code));
        Assert.Contains("WasmActors:Tls:Certificate is not set", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "wasmactors-data")));
    }
}
