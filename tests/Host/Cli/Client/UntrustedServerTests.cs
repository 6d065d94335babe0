using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace WasmActors.Host.Tests.Cli.Client;

/// <summary>Whatever answers, or does not, the program ends with a code of its own and shows nothing as it came.</summary>
public sealed class UntrustedServerTests
{
    private const string Hostile = "a\n\u001b[31m\u202e";

    [Fact]
    public async Task No_server_is_told_with_what_to_do()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        int port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();

        var run = await InProcess.RunAsync("functions", "--server", $"http://127.0.0.1:{port}");

        Assert.Equal((68, "", "server.unreachable"), (run.ExitCode, run.Text, run.Code));
        Assert.Contains("wasmactors serve", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_hangs_is_left_at_the_time_limit()
    {
        await using var server = await FakeServer.StartAsync(static (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));

        var run = await InProcess.RunAsync("nodes", "--server", server.Url, "--request-timeout", "100ms");

        Assert.Equal((124, "server.timeout"), (run.ExitCode, run.Code));
        Assert.Contains("It may have been carried out", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_never_ends_in_time_is_left_too()
    {
        await using var server = await FakeServer.StartAsync(static async (context, _) =>
        {
            await context.Response.StartAsync();
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });

        var run = await InProcess.RunAsync("nodes", "--server", server.Url, "--request-timeout", "200ms");

        Assert.Equal((124, "server.timeout"), (run.ExitCode, run.Code));
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_without_end()
    {
        await using var server = await FakeServer.StartAsync(static async (context, _) =>
        {
            byte[] part = new byte[1 << 20];
            for (int i = 0; i < 1000; i++)
            {
                await context.Response.Body.WriteAsync(part, context.RequestAborted);
            }
        });

        var run = await InProcess.RunAsync("nodes", "--server", server.Url);

        Assert.Equal((68, "server.bad_answer"), (run.ExitCode, run.Code));
        Assert.Contains("more than", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "application/json", "{")]
    [InlineData(200, "application/json", "null")]
    [InlineData(200, "application/json", "[]")]
    [InlineData(200, "application/json", """{ "nodes": null }""")]
    [InlineData(200, "application/json", """{ "nodes": [{ "address": "a" }] }""")]
    [InlineData(200, "application/json", """{ "nodes": [null] }""")]
    [InlineData(200, "text/html", "<html>")]
    [InlineData(200, "application/json", "")]
    [InlineData(302, "text/html", "elsewhere")]
    [InlineData(404, "text/html", "<html>")]
    [InlineData(502, "application/problem+json", "garbage")]
    [InlineData(500, "application/problem+json", """{ "type": "t", "title": "no code", "status": 500, "detail": "d" }""")]
    [InlineData(500, "application/problem+json", """{ "type": "t", "title": "t", "status": 500, "detail": "d", "code": "" }""")]
    [InlineData(500, "application/problem+json", """{ "type": "t", "title": "t", "status": 500, "detail": "d", "code": "c", "frames": [null] }""")]
    [InlineData(500, "application/problem+json", """{ "code": 5 }""")]
    public async Task What_is_no_answer_of_a_server_is_told(int status, string type, string body)
    {
        await using var server = await FakeServer.StartAsync((context, _) =>
        {
            context.Response.Headers.Location = "http://127.0.0.1:1/";
            return FakeServer.WriteAsync(context, status, type, body);
        });

        var run = await InProcess.RunAsync("nodes", "--server", server.Url);

        Assert.Equal((68, "", "server.bad_answer"), (run.ExitCode, run.Text, run.Code));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("HTTP/1.1 OK\r\n\r\n")]
    [InlineData("220 mail ready\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")]
    [InlineData("")]
    public async Task A_peer_that_does_not_keep_to_http_is_told(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync();

        var run = await InProcess.RunAsync("nodes", "--server", $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", "--request-timeout", "20s");

        Assert.Equal(68, run.ExitCode);
        Assert.StartsWith("server.", run.Code, StringComparison.Ordinal);
        await serving;

        async Task ServeAsync()
        {
            using var client = await listener.AcceptTcpClientAsync();
            listener.Stop(); // a request without a body is sent again where nothing was answered
            var stream = client.GetStream();
            Assert.NotEqual(0, await stream.ReadAsync(new byte[4096]));
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
        }
    }

    [Theory]
    [InlineData("functions", """{ "functions": [{ "name": "H", "active": 1, "revision": 1, "versions": [{ "number": 1, "active": true, "deployedAt": "2026-01-01T00:00:00Z", "moduleDigest": "H", "kind": "H", "convention": "H", "label": "H", "reuse": "H", "limits": {}, "grants": {} }] }] }""")]
    [InlineData("functions show f", """{ "name": "H", "active": 1, "revision": 1, "versions": [{ "number": 1, "active": true, "deployedAt": "2026-01-01T00:00:00Z", "moduleDigest": "H", "kind": "H", "convention": "H", "reuse": "H", "limits": { "deadline": "H" }, "grants": { "environment": { "H": "H" }, "folders": [{ "host": "H" }], "imports": ["H"], "callerEnvironment": ["H"] } }] }""")]
    [InlineData("functions rollback f", """{ "name": "H", "version": 1, "revision": 1 }""")]
    [InlineData("keys", """{ "keys": [{ "id": "H", "name": "H", "scopes": ["H"], "createdAt": "2026-01-01T00:00:00Z" }] }""")]
    [InlineData("keys create k --scope call", """{ "id": "H", "name": "H", "scopes": ["H"], "createdAt": "2026-01-01T00:00:00Z", "secret": "H" }""")]
    [InlineData("nodes", """{ "nodes": [{ "address": "H", "status": "H", "roles": ["H"], "isSelf": true, "isLeader": true, "isReachable": true }] }""")]
    [InlineData("call f g", """{ "convention": "core", "exports": [{ "name": "H", "params": ["H"], "results": ["H"] }] }""")]
    [InlineData("call f H", """{ "convention": "core", "exports": [{ "name": "H", "params": ["H"], "results": ["H"] }] }""")]
    public async Task What_a_server_says_is_shown_escaped(string line, string json)
    {
        string text = json.Replace("\"H\"", JsonSerializer.Serialize(Hostile), StringComparison.Ordinal);
        await using var server = await FakeServer.StartAsync((context, _) => FakeServer.WriteAsync(context, 200, "application/json", text));
        string[] args = [.. line.Split(' ').Select(static a => a == "H" ? Hostile : a), "--server", server.Url];

        foreach (string[] form in (string[][])[args, [.. args, "-o", "json"]])
        {
            var run = await InProcess.RunAsync(form);

            Assert.NotEmpty(run.Text + run.Error);
            Assert.DoesNotContain(run.Text + run.Error, static c => (char.IsControl(c) && c != '\n') || c == '\u202e');
        }
    }

    [Fact]
    public async Task A_problem_is_shown_escaped_with_its_frames()
    {
        string hostile = JsonSerializer.Serialize(Hostile);
        string frames = string.Join(',', Enumerable.Repeat($$"""{ "function": {{hostile}}, "index": 3, "moduleOffset": 66 }""", 100));
        await using var server = await FakeServer.StartAsync((context, _) => FakeServer.RefuseAsync(context, 422, "trap.unreachable", Hostile, $"\"frames\": [{frames}]"));

        var run = await InProcess.RunAsync("functions", "--server", server.Url);

        Assert.Equal((134, "trap.unreachable"), (run.ExitCode, run.Code));
        Assert.Contains("(func 3) at 0x42", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Error, static c => (char.IsControl(c) && c != '\n') || c == '\u202e');
        Assert.InRange(run.Error.Length, 1, 10_000);
    }

    [Fact]
    public async Task Results_of_another_type_than_the_exports_are_no_answer()
    {
        foreach (string results in (string[])["[\"x\"]", "[1, 2]", "[]", "[null]", "[1.5]"])
        {
            await using var server = await FakeServer.AnsweringAsync(
                ("GET /v1/functions/f/exports", """{ "convention": "core", "exports": [{ "name": "g", "params": [], "results": ["i32"] }] }"""),
                ("POST /v1/functions/f/calls/g", $$"""{ "results": {{results}} }"""));

            var run = await InProcess.RunAsync("call", "f", "g", "--server", server.Url);

            Assert.Equal((68, "", "server.bad_answer"), (run.ExitCode, run.Text, run.Code));
        }
    }

    [Fact]
    public async Task A_module_that_is_stored_as_another_one_is_not_deployed()
    {
        using var folder = new TemporaryFolder();
        await using var server = await FakeServer.StartAsync(static (context, _) => FakeServer.WriteAsync(context, 200, "application/json", """{ "digest": "00", "bytes": 1 }"""));

        var run = await InProcess.RunAsync("deploy", folder.Write("f.wat", "(module)"), "--server", server.Url);

        Assert.Equal((68, "server.bad_answer"), (run.ExitCode, run.Code));
        Assert.Single(server.Requests);
    }
}
