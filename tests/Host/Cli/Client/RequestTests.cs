using System.Text;
using WasmActors.Host.Http;

namespace WasmActors.Host.Tests.Cli.Client;

/// <summary>What exactly is sent for a command line.</summary>
public sealed class RequestTests
{
    private const string Exports = """
        { "convention": "core", "exports": [
          { "name": "add", "params": ["i32", "i32"], "results": ["i32"] },
          { "name": "all", "params": ["i32", "i64", "f32", "f64", "v128"], "results": ["i32", "i64", "f32", "f64", "v128"] },
          { "name": "a/b c", "params": [], "results": [] } ] }
        """;

    [Theory]
    [InlineData("add -5 3", "/v1/functions/f/calls/add", """["-5","3"]""")]
    [InlineData("add --key k/1 -- -5 0xff", "/v1/functions/f/keys/k%2F1/calls/add", """["-5","255"]""")]
    [InlineData("add 1 2 --key=%2E", "/v1/functions/f/keys/%252E/calls/add", """["1","2"]""")]
    [InlineData("all 4294967295 18446744073709551615 -inf nan i32x4:1,2,3,4", "/v1/functions/f/calls/all", """["-1","-1","-Infinity","NaN","0x00000004000000030000000200000001"]""")]
    [InlineData("all 0 0 nan:0x7 -nan 0x0", "/v1/functions/f/calls/all", """["0","0","nan:0x7","-nan","0x00000000000000000000000000000000"]""")]
    public async Task Arguments_are_sent_as_text_in_the_exports_types(string call, string target, string body)
    {
        await using var server = await FakeServer.StartAsync(static (context, request) => request.Method == "GET"
            ? FakeServer.WriteAsync(context, 200, "application/json", Exports)
            : FakeServer.WriteAsync(context, 200, "application/json", """{ "results": [-1, "-9223372036854775808", 1.5e30, "NaN", "0x00000000000000000000000000000001"] }"""));

        await InProcess.RunAsync(["call", "--server", server.Url, "f", .. call.Split(' ')]);

        var sent = server.Requests[^1];
        Assert.Equal(("POST", target, body, "application/json"), (sent.Method, sent.Target, sent.Text, sent.Header("Content-Type")));
    }

    [Fact]
    public async Task Results_are_printed_as_run_prints_them()
    {
        await using var server = await FakeServer.AnsweringAsync(
            ("GET /v1/functions/f/exports", Exports),
            ("POST /v1/functions/f/calls/all", """{ "results": [-1, "9223372036854775807", 1E+20, "-Infinity", "0x00000000000000000000000000000001"] }"""));

        var table = await InProcess.RunAsync("call", "f", "all", "1", "2", "3", "4", "0x5", "--server", server.Url);
        var json = await InProcess.RunAsync("call", "f", "all", "1", "2", "3", "4", "0x5", "--server", server.Url, "-o", "json");

        Assert.Equal((0, ""), (table.ExitCode, table.Error));
        Assert.Equal(["-1", "9223372036854775807", "1E+20", "-inf", "0x00000000000000000000000000000001"], table.Lines, StringComparer.Ordinal);
        Assert.Contains("\"9223372036854775807\"", json.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Times_names_and_the_key_are_headers()
    {
        using var folder = new TemporaryFolder();
        await using var server = await FakeServer.StartAsync(static (context, request) =>
        {
            context.Response.Headers["Server-Timing"] = "queue;dur=0.5, start;dur=2, run;dur=1.25";
            context.Response.Headers["Wasm-Function-Version"] = "7";
            context.Response.Headers["Idempotency-Replayed"] = "true";
            return FakeServer.WriteAsync(context, 200, "application/json", request.Method == "GET" ? Exports : """{ "results": [3] }""");
        });

        var run = await InProcess.RunAsync(
            "call", "f", "add", "1", "2", "--key", "k", "--timeout", "1.5s", "--idempotency-key", "order 1", "--timing", "--server", server.Url, "--key-file", folder.Write("key", "  wak_secret\n"));

        Assert.Equal((0, "3\n"), (run.ExitCode, run.Text));
        Assert.Equal("version 7, the answer of an earlier call; ms: queue 0.5, start 2, run 1.25\n", run.Error);
        var sent = server.Requests[^1];
        Assert.Equal(("1500ms", "order 1", "Bearer wak_secret"), (sent.Header("Call-Timeout"), sent.Header("Idempotency-Key"), sent.Header("Authorization")));
    }

    [Fact]
    public async Task A_program_gets_input_arguments_and_variables()
    {
        await using var server = await FakeServer.AnsweringAsync(
            ("GET /v1/functions/f/exports", """{ "convention": "wasi-command", "exports": [{ "name": "_start", "params": [], "results": [] }] }"""),
            ("POST /v1/functions/f/calls/_start?arg=-x&arg=a%26b&env=A%3Db%3Dc", "out"));

        var run = await InProcess.RunAsync("piped", inputIsTerminal: false, ["call", "f", "_start", "--arg", "-x", "--arg", "a&b", "--env", "A=b=c", "--server", server.Url]);

        Assert.Equal((0, "out", "piped"), (run.ExitCode, run.Text, server.Requests[^1].Text));
    }

    [Theory]
    [InlineData("text", "text")]
    [InlineData("-", "piped")]
    [InlineData("", "")]
    [InlineData("@{0}", "from a file")]
    [InlineData(null, "piped")]
    public async Task Input_comes_from_the_option_a_file_or_standard_input(string? data, string body)
    {
        using var folder = new TemporaryFolder();
        await using var server = await FakeServer.AnsweringAsync(
            ("GET /v1/functions/f/exports", """{ "convention": "bytes", "exports": [{ "name": "wasmactors_alloc", "params": ["i32"], "results": ["i32"] }, { "name": "g", "params": ["i32", "i32"], "results": ["i64"] }] }"""),
            ("POST /v1/functions/f/calls/g", "\u0001bytes"));
        string[] option = data is null ? [] : ["--data", string.Format(data, folder.Write("data", "from a file"))];

        var run = await InProcess.RunAsync("piped", inputIsTerminal: false, ["call", "f", "g", "--server", server.Url, .. option]);

        Assert.Equal((0, "\u0001bytes", body), (run.ExitCode, run.Text, server.Requests[^1].Text));
    }

    [Fact]
    public async Task A_terminal_is_not_waited_for()
    {
        await using var server = await FakeServer.AnsweringAsync(
            ("GET /v1/functions/f/exports", """{ "convention": "wasi-command", "exports": [{ "name": "_start", "params": [], "results": [] }] }"""),
            ("POST /v1/functions/f/calls/_start", "out"));

        await InProcess.RunAsync("typed", inputIsTerminal: true, ["call", "f", "_start", "--server", server.Url]);

        Assert.Empty(server.Requests[^1].Body);
    }

    [Theory]
    [InlineData("call.bad_arguments", "f", "add", "1")]
    [InlineData("call.bad_arguments", "f", "add", "1", "x")]
    [InlineData("export.not_found", "f", "none")]
    [InlineData("export.not_found", "f", "..")]
    [InlineData("function.bad_name", "../x", "add")]
    [InlineData("function.bad_key", "f", "add", "1", "2", "--key", "..")]
    [InlineData("function.bad_key", "f", "add", "1", "2", "--key", "")]
    [InlineData("usage", "f", "add", "1", "2", "--bogus")]
    [InlineData("usage", "f", "add", "1", "2", "--data", "x")]
    [InlineData("usage", "f", "add", "1", "2", "--arg", "x")]
    [InlineData("usage", "f", "add", "1", "2", "--idempotency-key", "ü")]
    [InlineData("usage", "f", "add", "--data", "x", "-o", "json")]
    public async Task What_cannot_be_called_is_refused_before_anything_is_called(string code, params string[] call)
    {
        await using var server = await FakeServer.AnsweringAsync(("GET /v1/functions/f/exports", Exports));

        var run = await InProcess.RunAsync(["call", .. call, "--server", server.Url]);

        Assert.Equal((2, "", code), (run.ExitCode, run.Text, run.Code));
        Assert.DoesNotContain(server.Requests, static r => r.Method == "POST");
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData("--expect 3", "\"3\"", null)]
    [InlineData("--expect 0", null, "*")]
    public async Task An_expected_version_is_a_condition(string option, string? match, string? noneMatch)
    {
        using var folder = new TemporaryFolder();
        await using var server = await DeployingAsync();

        var run = await InProcess.RunAsync(["deploy", folder.Write("f.wat", "(module)"), "--server", server.Url, .. option.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal((match, noneMatch), (server.Requests[^1].Header("If-Match"), server.Requests[^1].Header("If-None-Match")));
    }

    [Fact]
    public async Task Every_option_of_deploy_is_sent_over_the_file_beside_the_module()
    {
        using var folder = new TemporaryFolder();
        await using var server = await DeployingAsync();
        folder.Write("f.json", """{ "kind": "keyed", "label": "below", "limits": { "stores": 2, "queueLimit": 3 } }""");

        var run = await InProcess.RunAsync(
            "deploy", folder.Write("f.wat", "(module)"), "--server", server.Url, "--name", "other", "--convention", "bytes", "--reuse", "until-idle", "--label", "above",
            "--roll-out", "at-once", "--deadline", "1500ms", "--max-memory", "1MiB", "--fuel", "7", "--idle-after", "60s", "--queue", "4", "--max-payload", "2KiB",
            "--env", "A=1", "--env", "A=2", "--dir", "/data::/d:ro", "--grant-imports", "log", "--grant-imports", "db", "--caller-args", "--caller-env", "HOME",
            "--change-kind", "--change-convention", "--reset", "limits", "--reset", "grants.folders", "--feature", "gc", "--feature", "exceptions");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var sent = Assert.Single(server.Requests);
        Assert.Equal(("PUT", "/v1/functions/other"), (sent.Method, sent.Target));
        Assert.StartsWith("multipart/form-data; boundary=", sent.Header("Content-Type"), StringComparison.Ordinal);
        var parts = FormBody.Read(sent.Body, FormBody.BoundaryOf(sent.Header("Content-Type"))!);
        Assert.Equal(["settings", "module"], parts.Select(static p => p.Name), StringComparer.Ordinal);
        Assert.Equal("\0asm\u0001\0\0\0", Encoding.Latin1.GetString(parts[1].Content.Span));
        Assert.Equal(
            """{"kind":"keyed","changeKind":true,"convention":"bytes","changeConvention":true,"reuse":"untilIdle","label":"above","rollOut":"atOnce","reset":["limits","grants.folders"],"limits":{"memoryBytes":1048576,"deadline":"1500ms","fuel":7,"idleAfter":"1m","queueLimit":4,"stores":2,"payloadBytes":2048},"grants":{"environment":{"A":"2"},"folders":[{"host":"/data","guest":"/d","readOnly":true}],"imports":["log","db"],"callerArguments":true,"callerEnvironment":["HOME"],"features":["gc","exceptions"]}}""",
            Encoding.UTF8.GetString(parts[0].Content.Span));
    }

    [Fact]
    public async Task A_dry_run_is_asked_for_and_its_changes_are_printed_escaped()
    {
        using var folder = new TemporaryFolder();
        await using var server = await FakeServer.StartAsync(static (context, _) => FakeServer.WriteAsync(context, 200, "application/json", """
            { "name": "f", "version": 4, "revision": 9, "kind": "keyed", "convention": "core", "dryRun": true,
              "changes": [{ "setting": "limits.deadline", "from": "5s", "to": "30s" }, { "setting": "grants.environment.KEY", "from": "secret", "to": "other" }, { "setting": "label", "to": "\u001b[31m" }] }
            """));

        var run = await InProcess.RunAsync("deploy", folder.Write("f.wat", "(module)"), "--dry-run", "--server", server.Url);

        Assert.Equal(("/v1/functions/f?dryRun=true", 0), (Assert.Single(server.Requests).Target, run.ExitCode));
        Assert.Matches("f +4 \\(dry run\\) +keyed +core", run.Text);
        Assert.Contains("f would change limits.deadline: 5s -> 30s\n", run.Text, StringComparison.Ordinal);
        Assert.Contains("f would change grants.environment.KEY changed\n", run.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", run.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[31m", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_refuses_the_key_is_not_asked_for_the_rest_of_a_folder()
    {
        using var folder = new TemporaryFolder();
        await using var server = await FakeServer.StartAsync(static (context, _) => FakeServer.RefuseAsync(context, 401, "http.unauthorized", "no key"));
        folder.Write("many/a.wat", "(module)");
        folder.Write("many/b.wat", "(module)");

        var run = await InProcess.RunAsync("deploy", Path.Combine(folder.Path, "many"), "--server", server.Url);

        Assert.Equal((77, "", "http.unauthorized"), (run.ExitCode, run.Text, run.Code));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("There is no module in the folder", "empty")]
    [InlineData("--name and --expect are for one file", "full", "--name", "x")]
    [InlineData("--name and --expect are for one file", "full", "--expect", "0")]
    public async Task Folders_have_modules_and_no_options_of_one(string problem, string name, params string[] options)
    {
        using var folder = new TemporaryFolder();
        folder.Write("empty/readme.md", "");
        folder.Write("full/a.wat", "(module)");

        var run = await InProcess.RunAsync(["deploy", Path.Combine(folder.Path, name), "--server", "http://127.0.0.1:1", .. options]);

        Assert.Equal((2, "", "usage"), (run.ExitCode, run.Text, run.Code));
        Assert.Contains(problem, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rollback_and_keys_send_only_what_was_said()
    {
        await using var server = await FakeServer.StartAsync(static (context, _) => FakeServer.WriteAsync(
            context, 200, "application/json", """{ "name": "f", "version": 1, "revision": 1, "id": "k", "scopes": [], "createdAt": "2026-01-01T00:00:00Z", "secret": "wak_s" }"""));

        await InProcess.RunAsync("functions", "rollback", "f", "--server", server.Url);
        await InProcess.RunAsync("functions", "rollback", "f", "--version", "3", "--roll-out", "at-once", "--server", server.Url);
        var created = await InProcess.RunAsync("keys", "create", "k", "--scope", "call", "--scope", "deploy", "--rate", "5", "--max-body", "1KiB", "--server", server.Url);

        Assert.Equal("{}", server.Requests[0].Text);
        Assert.Equal("""{"version":3,"rollOut":"atOnce"}""", Compact(server.Requests[1]));
        Assert.Equal("""{"name":"k","scopes":["call","deploy"],"requestsPerSecond":5,"maxBodyBytes":1024}""", Compact(server.Requests[2]));
        Assert.Equal("wak_s\n", created.Text);
    }

    [Theory]
    [InlineData("", "typed", false, "usage", 2)]
    [InlineData("", "n\n", true, "call.cancelled", 130)]
    [InlineData("", "", true, "call.cancelled", 130)]
    [InlineData("", "y\n", true, "", 0)]
    [InlineData("--yes", "", false, "", 0)]
    public async Task Deleting_is_asked_for_twice(string option, string input, bool isTerminal, string code, int exitCode)
    {
        await using var server = await FakeServer.StartAsync(static (context, _) =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });

        var run = await InProcess.RunAsync(input, isTerminal, ["functions", "delete", "f", "--server", server.Url, .. option.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(code, run.Error, StringComparison.Ordinal);
        Assert.Equal(exitCode == 0 ? ["DELETE /v1/functions/f"] : [], server.Requests.Select(static r => $"{r.Method} {r.Target}"), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("--server", "ftp://x")]
    [InlineData("--server", "localhost:8080")]
    [InlineData("--server", "http://user:secret@x")]
    [InlineData("--server", "http://x/?q")]
    [InlineData("--key-file", "/none")]
    [InlineData("--key-file", "/dev/null")]
    [InlineData("--key-file", "/dev/zero")]
    [InlineData("--request-timeout", "soon")]
    public async Task Wrong_options_of_the_server_are_usage(string option, string value)
    {
        var run = await InProcess.RunAsync("functions", option, value);

        Assert.Equal((2, "", "usage"), (run.ExitCode, run.Text, run.Code));
        Assert.DoesNotContain("secret", run.Error.Replace(value, "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "http.unauthorized", 77, "--key-file")]
    [InlineData(403, "http.forbidden", 77, "scope")]
    [InlineData(403, "function.not_granted", 2, "--caller-env")]
    [InlineData(404, "function.not_found", 2, "wasmactors functions")]
    [InlineData(412, "function.conflict", 76, "functions show")]
    [InlineData(429, "call.busy", 75, "Try again in 7 s")]
    [InlineData(503, "catalogue.unavailable", 75, "Try again in 7 s")]
    [InlineData(504, "call.deadline_exceeded", 124, "")]
    [InlineData(504, "call.unanswered", 124, "The call may have run")]
    [InlineData(422, "module.invalid", 65, "")]
    [InlineData(422, "link.missing_import", 69, "")]
    [InlineData(413, "call.payload_too_large", 71, "--max-payload")]
    [InlineData(500, "internal", 70, "")]
    public async Task Refusals_have_exit_codes_and_advice(int status, string code, int exitCode, string advice)
    {
        await using var server = await FakeServer.StartAsync((context, _) =>
        {
            context.Response.Headers.RetryAfter = status is 429 or 503 ? "7" : default;
            return FakeServer.RefuseAsync(context, status, code, "why", $"\"mayHaveRun\": {(code == "call.unanswered" ? "true" : "false")}");
        });

        var run = await InProcess.RunAsync("functions", "--server", server.Url);

        Assert.Equal((exitCode, "", code), (run.ExitCode, run.Text, run.Code));
        Assert.Contains("why", run.Error, StringComparison.Ordinal);
        Assert.Contains(advice, run.Error, StringComparison.Ordinal);
    }

    private static string Compact(SentRequest request) =>
        System.Text.Json.Nodes.JsonNode.Parse(request.Text)!.ToJsonString();

    private static Task<FakeServer> DeployingAsync() => FakeServer.StartAsync(static (context, _) => FakeServer.WriteAsync(
        context,
        200,
        "application/json",
        """{ "name": "f", "version": 4, "revision": 9 }"""));
}
