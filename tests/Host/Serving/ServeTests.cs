using System.Net;
using System.Net.Sockets;
using System.Text;
using WasmActors.Host.Tests.Cli;
using WasmActors.Processes;

namespace WasmActors.Host.Tests.Serving;

public sealed class ServeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_that_is_watched_is_deployed_and_answers_over_HTTP_and_a_change_is_deployed_again()
    {
        _folder.Write("functions/answer.wat", """(module (func (export "get") (result i32) i32.const 41))""");
        await using var serve = await ProgramRun.ServeAsync(_folder, "--open", "--watch", "functions");

        await UntilAsync(serve, "41");
        _folder.Write("functions/answer.wat", """(module (func (export "get") (result i32) i32.const 42))""");
        await UntilAsync(serve, "42");

        Assert.Null(serve.Key);
        await UntilAsync(() => serve.Output.Contains("watch: deployed answer version 2 from answer.wat (core): module: ", StringComparison.Ordinal));
        Assert.Equal(0, await serve.StopAsync());
    }

    [Fact]
    public async Task The_first_start_prints_a_key_once_and_what_was_deployed_outlives_the_process()
    {
        string key;
        await using (var first = await ProgramRun.ServeAsync(_folder))
        {
            key = Assert.IsType<string>(first.Key);
            using var module = new StringContent("""(module (func (export "get") (result i64) i64.const 9007199254740993))""", Encoding.UTF8, "text/plain");
            using var deployed = await first.Client.PutAsync(new Uri("/v1/functions/answer", UriKind.Relative), module);
            Assert.Equal(HttpStatusCode.Created, deployed.StatusCode);
            Assert.Equal(0, await first.StopAsync());
        }

        await using var second = await ProgramRun.ServeAsync(_folder);
        Assert.Null(second.Key);
        using var client = second.ClientWith(key);
        using var answer = await client.PostAsync(new Uri("/v1/functions/answer/calls/get", UriKind.Relative), null);

        Assert.Equal("""{"results":["9007199254740993"]}""", await answer.Content.ReadAsStringAsync());
        string log = Assert.Single(Directory.GetFiles(Path.Combine(_folder.Path, "wasmactors-data", "logs")));
        Assert.DoesNotContain(key.Split('_')[2], await File.ReadAllTextAsync(log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_node_is_refused_a_folder_that_is_in_use()
    {
        await using var serve = await ProgramRun.ServeAsync(_folder, "--open");

        var second = await ProgramRun.Of(_folder, ["serve", "--open", "--url", "http://127.0.0.1:0"]);

        Assert.Equal((72, "data.in_use"), (second.ExitCode, second.Code));
    }

    [Fact]
    public async Task Wrong_settings_stop_the_start_and_are_all_named()
    {
        string config = _folder.Write("wrong.json", """{ "WasmActors": { "Http": { "MaxConnections": 0 }, "Database": { "Kind": "oracle" } } }""");

        var run = await ProgramRun.Of(_folder, ["serve", "--config", config]);

        Assert.Equal((2, "settings.invalid"), (run.ExitCode, run.Code));
        Assert.Contains("WasmActors:Http:MaxConnections is '0'; allowed is a whole number from 1 to 1000000.", run.Error, StringComparison.Ordinal);
        Assert.Contains("WasmActors:Database:Kind is 'oracle'; allowed are sqlite, postgresql.", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "wasmactors-data")));
    }

    [Theory]
    [InlineData("{", "wrong.json")]
    [InlineData("""{ "Serilog": { "WriteTo": { "X": { "Name": "NoSuchSink" } } } }""", "NoSuchSink")]
    public async Task A_file_that_is_no_settings_is_refused(string text, string named)
    {
        string config = _folder.Write("wrong.json", text);

        var run = await ProgramRun.Of(_folder, ["serve", "--config", config]);

        Assert.Equal((2, "settings.invalid"), (run.ExitCode, run.Code));
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_in_use_is_told_and_the_node_is_not_left_running()
    {
        await using var serve = await ProgramRun.ServeAsync(_folder, "--open");

        var second = await ProgramRun.Of(_folder, ["serve", "--open", "--data", "other", "--url", serve.Address.GetLeftPart(UriPartial.Authority)]);

        Assert.Equal((72, "http.address_in_use", ""), (second.ExitCode, second.Code, second.Text));
        Assert.DoesNotContain("   at ", second.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "other")));
    }

    [Fact]
    public async Task A_folder_to_watch_that_does_not_exist_is_told_before_anything_is_made()
    {
        var run = await ProgramRun.Of(_folder, ["serve", "--url", "http://127.0.0.1:0", "--watch", "nowhere"]);

        Assert.Equal((66, "module.unreadable", ""), (run.ExitCode, run.Code, run.Text));
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "wasmactors-data")));
    }

    [Fact]
    public async Task A_port_for_nodes_that_is_in_use_is_told()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        var run = await ProgramRun.Of(_folder, ["serve", "--open", "--url", "http://127.0.0.1:0"], null,
            ("WasmActors__Node__Port", port), ("WasmActors__Node__SeedNodes__0", $"akka.tcp://wasmactors@127.0.0.1:{port}"), ("WasmActors__Node__AllowInsecureCluster", "true"));

        Assert.Equal((72, "node.not_started"), (run.ExitCode, run.Code));
        Assert.Contains($"127.0.0.1, port {port}", run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    // What was deployed is logged when it can be called already.
    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(ServerProcess.Patience);
        while (!condition())
        {
            await Task.Delay(50, patience.Token);
        }
    }

    private static async Task UntilAsync(ServerProcess serve, string result)
    {
        using var patience = new CancellationTokenSource(ServerProcess.Patience);
        while (true)
        {
            using var answer = await serve.Client.PostAsync(new Uri("/v1/functions/answer/calls/get", UriKind.Relative), null, patience.Token);
            if (await answer.Content.ReadAsStringAsync(patience.Token) == $$"""{"results":[{{result}}]}""")
            {
                return;
            }

            await Task.Delay(50, patience.Token);
        }
    }
}
