using System.Globalization;

namespace WasmActors.Host.Tests.Http;

[Collection(OpenHost.Name)]
public sealed class RaceTests(OpenHost host) : IAsyncLifetime
{
    // Runs for a while that depends on its argument, then answers this.
    private const string Work = """
        (module (func (export "work") (param $n i32) (result i32)
          (loop $again
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br_if $again (local.get $n)))
          i32.const VERSION))
        """;

    private const string Long = "[1000000000]";

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => host.IsWholeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("?kind=keyed")]
    public async Task A_call_that_runs_is_carried_out_while_its_function_is_deployed_anew_and_deleted(string query)
    {
        string name = query.Length == 0 ? "busy" : "busy-keys";
        string call = query.Length == 0 ? $"{name}/calls/work" : $"{name}/keys/k/calls/work";
        (await host.DeployAsync($"{name}{query}", Version(1))).Is(201);
        (await host.CallAsync(call, "[1]")).Is(200, """{"results":[1]}""");

        double slices = await SlicesAsync();
        var deployed = host.CallAsync(call, Long);
        await UntilRunningAsync(slices);
        (await host.DeployAsync($"{name}{query}", Version(2))).Is(200);
        (await deployed).Is(200, """{"results":[1]}""");
        Assert.Equal("1", (await deployed).Header("Wasm-Function-Version"));

        slices = await SlicesAsync();
        var deleted = host.CallAsync(call, Long);
        await UntilRunningAsync(slices);
        (await host.DeleteAsync($"/v1/functions/{name}")).Is(204);
        Assert.Contains((await deleted).Is(200).Text, (string[])["""{"results":[1]}""", """{"results":[2]}"""], StringComparer.Ordinal);
        (await host.CallAsync(call, "[1]")).IsFailure(404, "function.not_found");
    }

    [Theory]
    [InlineData("")]
    [InlineData("?kind=keyed")]
    public async Task No_call_is_rejected_because_its_functions_convention_changes_meanwhile(string query)
    {
        // Fits both conventions: with numbers it answers their sum, with bytes it answers none.
        const string Both = """
            (module (memory (export "memory") 1)
              (func (export "wasmactors_alloc") (param i32) (result i32) i32.const 8)
              (func (export "work") (param i32 i32) (result i64) i64.const 0))
            """;
        string name = query.Length == 0 ? "changing" : "changing-keys";
        string call = query.Length == 0 ? $"{name}/calls/work" : $"{name}/keys/k/calls/work";
        (await host.DeployAsync($"{name}{query}", Both)).Is(201);
        using var end = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var texts = new List<string>();
            while (!end.IsCancellationRequested)
            {
                texts.Add((await host.CallAsync(call, "[1, 2]")).Is(200).Text);
            }

            return texts;
        })).ToArray();
        for (int i = 0; i < 30; i++)
        {
            (await host.DeployAsync($"{name}?convention={(i % 2 == 0 ? "bytes" : "core")}&changeConvention=true&rollOut=atOnce", Both)).Is(200);
        }

        await end.CancelAsync();
        Assert.All((await Task.WhenAll(callers)).SelectMany(static t => t), static text => Assert.True(text is "" or """{"results":["0"]}""", text));
    }

    [Fact]
    public async Task Of_two_who_deploy_at_once_both_are_answered_and_the_versions_are_in_order()
    {
        for (int round = 0; round < 5; round++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"twins-{round}");
            var answers = await Task.WhenAll(Enumerable.Range(1, 4).Select(i => host.DeployAsync(name, Version(i))));

            Assert.Equal(1, answers.Count(static a => (int)a.Status == 201));
            Assert.All(answers, static a => Assert.True((int)a.Status is 200 or 201, a.Text));
            Assert.Equal([1, 2, 3, 4], answers.Select(static a => a.Json.GetProperty("version").GetInt32()).Order());
            var function = (await host.GetAsync($"/v1/functions/{name}")).Json;
            Assert.Equal(4, function.GetProperty("active").GetInt32());
            Assert.Equal(4, function.GetProperty("versions").GetArrayLength());
        }
    }

    [Fact]
    public async Task Of_two_who_deploy_on_the_same_condition_one_succeeds()
    {
        var answers = await Task.WhenAll(Enumerable.Range(1, 4).Select(i => host.DeployAsync("contested", Version(i), ("If-None-Match", "*"))));

        Assert.Single(answers, static a => (int)a.Status == 201);
        Assert.All(answers.Where(static a => (int)a.Status != 201), static a => a.IsFailure(412, "function.conflict"));
    }

    [Fact]
    public async Task Calls_deployments_rollbacks_and_deletions_at_once_are_each_answered_as_documented()
    {
        var codes = new System.Collections.Concurrent.ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async worker =>
        {
            for (int i = 0; i < 15; i++)
            {
                int step = (worker + i) % 10;
                var answer = step switch
                {
                    0 or 5 => await host.DeployAsync("churn", Version((i % 3) + 1)),
                    1 or 6 => await host.SendAsync(HttpMethod.Post, "/v1/functions/churn/rollback"),
                    2 => await host.DeleteAsync("/v1/functions/churn"),
                    _ => await host.CallAsync("churn/calls/work", "[1000]"),
                };
                if ((int)answer.Status >= 400)
                {
                    answer.IsFailure((int)answer.Status, answer.Code);
                    codes.Add(answer.Code);
                }
            }
        }));

        Assert.All(codes, static code => Assert.Contains(code, (string[])["function.not_found", "function.version_not_found", "call.busy"], StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_guest_of_a_stateless_call_ends_when_its_client_goes()
    {
        // One store only: the next call can run when the guest before has ended, long before its deadline.
        await host.DeployAsync("left", Wat.Numbers);
        string digest = (await host.GetAsync("/v1/functions/left")).Json.GetProperty("versions")[0].GetProperty("moduleDigest").GetString()!;
        (await host.JsonAsync(HttpMethod.Put, "/v1/functions/left", $$$"""{"moduleDigest":"{{{digest}}}","limits":{"stores":1,"deadline":"10m"}}""")).Is(200);
        await using (var raw = await RawHttp.ConnectAsync(host.Client.BaseAddress!))
        {
            double slices = await SlicesAsync();
            await raw.WriteAsync("POST /v1/functions/left/calls/spin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
            await UntilRunningAsync(slices);
        }

        (await host.CallAsync("left/calls/add", "[1, 2]", ("Call-Timeout", "60s"))).Is(200, """{"results":[3]}""");
    }

    private static string Version(int version) => Work.Replace("VERSION", version.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    // Until a guest has had a part of its turn, as the node's own measurements say.
    private async Task UntilRunningAsync(double before)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await SlicesAsync() <= before)
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private async Task<double> SlicesAsync()
    {
        string[] lines = (await host.GetAsync("/metrics")).Is(200).Text.Split('\n');
        string? slices = lines.FirstOrDefault(static l => l.StartsWith("wasmactors_slices_total", StringComparison.Ordinal));
        return slices is null ? 0 : double.Parse(slices.Split(' ').First(static part => part.Length > 0 && char.IsDigit(part[0])), CultureInfo.InvariantCulture);
    }
}
