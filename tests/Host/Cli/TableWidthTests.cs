using WasmActors.Host.Cli.Output;
using WasmActors.Host.Tests.Cli.Client;

namespace WasmActors.Host.Tests.Cli;

public class TableWidthTests
{
    private const string Version = """{ "number": 12, "active": true, "deployedAt": "2026-01-01T00:00:00Z", "moduleDigest": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "kind": "stateless", "convention": "wasi-command", "label": "2026.1", "reuse": "never", "limits": {}, "grants": {} }""";

    [Theory]
    [InlineData("functions", $$"""{ "functions": [{ "name": "shopping-cart", "active": 12, "revision": 1, "versions": [{{Version}}] }] }""")]
    [InlineData("functions versions f", $$"""{ "versions": [{{Version}}] }""")]
    [InlineData("keys", """{ "keys": [{ "id": "0123456789abcdef", "name": "shop", "scopes": ["admin"], "createdAt": "2026-01-01T00:00:00Z", "requestsPerSecond": 100, "concurrency": 20 }] }""")]
    [InlineData("nodes", """{ "nodes": [{ "address": "akka.ssl.tcp://wasmactors@10.0.0.17:4053", "status": "leaving", "roles": [], "isSelf": true, "isLeader": true, "isReachable": true }] }""")]
    public async Task A_table_fits_80_columns(string command, string answer)
    {
        await using var server = await FakeServer.StartAsync((context, _) => FakeServer.WriteAsync(context, 200, "application/json", answer));

        var run = await InProcess.RunAsync([.. command.Split(' '), "--server", server.Url]);

        Assert.Equal((0, ""), (run.ExitCode, run.Code));
        Assert.All(run.Lines, static line => Assert.True(line.TrimEnd().Length <= 80, $"{line.TrimEnd().Length}: {line}"));
    }

    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(59, "59s")]
    [InlineData(60, "1m")]
    [InlineData(3599, "59m")]
    [InlineData(3600, "1h")]
    [InlineData(86_400, "1d")]
    [InlineData(86_400 * 400, "400d")]
    public void An_age_is_told_in_its_largest_unit(int seconds, string told)
    {
        var now = new DateTimeOffset(2026, 11, 30, 0, 0, 0, TimeSpan.Zero);

        Assert.Equal(told, ShortText.Age(now - TimeSpan.FromSeconds(seconds), now));
    }
}
