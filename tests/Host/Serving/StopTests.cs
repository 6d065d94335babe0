using System.Text;
using WasmActors.Host.Tests.Cli;
using WasmActors.Host.Tests.Http;
using WasmActors.Processes;

namespace WasmActors.Host.Tests.Serving;

public sealed class StopTests : IDisposable
{
    private const string Rounds = "500000000"; // a second or more
    private const string Endless = "-1";

    private const string Spin = """
        (module (func (export "spin") (param $rounds i64) (result i32)
          (loop $again
            (local.set $rounds (i64.sub (local.get $rounds) (i64.const 1)))
            (br_if $again (i64.ne (local.get $rounds) (i64.const 0))))
          i32.const 42))
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("stateless", "spin/calls/spin")]
    [InlineData("keyed", "spin/keys/k/calls/spin")]
    public async Task A_call_that_runs_for_longer_than_the_grace_time_is_cancelled_and_answered(string kind, string path)
    {
        await using var serve = await ServeAsync("1s");
        await DeployAsync(serve, kind);
        var call = CallAsync(serve, path, Endless);
        await RunsAsync(serve);

        var ended = serve.StopAsync();

        var answer = (await call).IsFailure(503, "call.cancelled");
        Assert.StartsWith("The node stops", answer.Detail, StringComparison.Ordinal);
        Assert.True(answer.Json.GetProperty("mayHaveRun").GetBoolean());
        Assert.Equal(0, await ended);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task A_signal_lets_calls_that_run_end_within_the_grace_time(string signal)
    {
        await using var serve = await ServeAsync("60s");
        await DeployAsync(serve, "stateless");
        var call = CallAsync(serve, "spin/calls/spin", Rounds);
        await RunsAsync(serve);

        await serve.SignalAsync(signal);

        (await call).Is(200, """{"results":[42]}""");
        Assert.Equal(0, await serve.ExitAsync());
    }

    [Fact]
    public async Task A_request_whose_body_does_not_come_is_answered_when_the_grace_time_is_over()
    {
        await using var serve = await ServeAsync("1s");
        await using var raw = await RawHttp.ConnectAsync(serve.Address);
        await raw.WriteAsync("PUT /v1/functions/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n(module");
        (await Answer.OfAsync(serve.Client.GetAsync(new Uri("/readyz", UriKind.Relative)))).Is(200);

        var ended = serve.StopAsync();

        var (status, text) = await raw.ReadAsync();
        Assert.True(status == 503 && text.Contains("http.given_up", StringComparison.Ordinal), text);
        Assert.Equal(0, await ended);
    }

    [SkippableFact]
    public async Task A_process_that_ignores_SIGHUP_outlives_its_terminal()
    {
        Skip.IfNot(File.Exists("/usr/bin/nohup"), "Needs nohup.");
        await using var serve = await ServeAsync("1s", "nohup");

        await serve.SignalAsync("HUP");
        await Task.Delay(TimeSpan.FromSeconds(1)); // it would have begun to stop

        (await Answer.OfAsync(serve.Client.GetAsync(new Uri("/readyz", UriKind.Relative)))).Is(200);
        Assert.Equal(0, await serve.StopAsync());
        Assert.Contains("The node stops", serve.Output, StringComparison.Ordinal);
    }

    // Akka's timers count every tick that they have missed, and a stop waits for some of them.
    [SkippableFact]
    public async Task A_node_whose_clocks_jump_by_years_ends_all_the_same_when_it_is_asked_to()
    {
        const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
        Skip.IfNot(File.Exists(Library), "Needs libfaketime.");
        string clock = _folder.Write("clock", "+0");
        await using var serve = await ServeAsync("0", null, ("LD_PRELOAD", Library), ("FAKETIME_TIMESTAMP_FILE", clock), ("FAKETIME_NO_CACHE", "1"));
        _folder.Write("clock", "+3650d");

        await serve.SignalAsync("TERM");

        Assert.Contains(await serve.ExitAsync(), new[] { 0, 72 });
    }

    private Task<ServerProcess> ServeAsync(string grace, string? by = null, params (string Name, string Value)[] environment)
    {
        string config = _folder.Write("settings.json", $$"""{ "WasmActors": { "Functions": { "Grace": "{{grace}}" } } }""");
        var start = ProgramRun.ServeStart(_folder, "--open", "--config", config);
        if (by is not null)
        {
            start.ArgumentList.Insert(0, start.FileName);
            start.FileName = by;
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return ServerProcess.StartAsync(start);
    }

    private static async Task DeployAsync(ServerProcess serve, string kind)
    {
        using var module = new StringContent(Spin, Encoding.UTF8, "text/plain");
        (await Answer.OfAsync(serve.Client.PutAsync(new Uri($"/v1/functions/spin?kind={kind}", UriKind.Relative), module))).Is(201);
    }

    private static async Task<Answer> CallAsync(ServerProcess serve, string path, string rounds)
    {
        using var arguments = new StringContent($"[{rounds}]", Encoding.UTF8, "application/json");
        return await Answer.OfAsync(serve.Client.PostAsync(new Uri($"/v1/functions/{path}", UriKind.Relative), arguments));
    }

    private static async Task RunsAsync(ServerProcess serve)
    {
        using var patience = new CancellationTokenSource(ServerProcess.Patience);
        while (true)
        {
            string metrics = await serve.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), patience.Token);
            if (metrics.Split('\n').Any(static line => line.StartsWith("wasmactors_slices", StringComparison.Ordinal)))
            {
                return;
            }

            await Task.Delay(50, patience.Token);
        }
    }
}
