using System.Text.Json;

namespace WasmActors.Host.Tests.Cli.Client;

/// <summary>deploy, functions, nodes and keys against a real server.</summary>
public sealed class ServedFunctionsTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_file_is_deployed_listed_called_changed_rolled_back_and_deleted()
    {
        string file = server.Folder.Write("Answer One.wat", Answer(1));

        var first = await server.RunAsync("deploy", file);
        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        Assert.Matches("answer-one +1 \\(new\\) +stateless +core", first.Text);
        Assert.EndsWith("\nanswer-one has the convention core by its exports\n", first.Text, StringComparison.Ordinal);
        Assert.Equal("1\n", (await server.RunAsync("call", "answer-one", "get")).Text);

        Assert.Equal((1, false), Deployed(await server.RunAsync("deploy", file, "-o", "json")));
        server.Folder.Write("Answer One.wat", Answer(2));
        Assert.Equal((2, false), Deployed(await server.RunAsync("deploy", file, "-o", "json", "--label", "second")));
        Assert.Equal("2\n", (await server.RunAsync("call", "answer-one", "get")).Text);

        Assert.Matches("answer-one +2 +second +stateless +core", (await server.RunAsync("functions")).Text);
        Assert.Matches("2 +yes +second", (await server.RunAsync("functions", "versions", "answer-one")).Text);
        string shown = (await server.RunAsync("functions", "show", "answer-one")).Text;
        Assert.Matches("version +2 \\(second\\) *\n", shown);
        Assert.Matches("deadline +30s *\n", shown);

        string back = (await server.RunAsync("functions", "rollback", "answer-one")).Text;
        Assert.StartsWith("Version 1 of answer-one is active.\nanswer-one changed module: ", back, StringComparison.Ordinal);
        Assert.EndsWith("\nanswer-one changed label: second -> none\n", back, StringComparison.Ordinal);
        Assert.Equal("1\n", (await server.RunAsync("call", "answer-one", "get")).Text);
        Assert.StartsWith("Version 2 of answer-one is active.\n", (await server.RunAsync("functions", "rollback", "answer-one", "--version", "2", "--roll-out", "at-once")).Text, StringComparison.Ordinal);

        Assert.Equal((0, "answer-one is deleted.\n"), Parts(await server.RunAsync("functions", "delete", "answer-one", "--yes")));
        var gone = await server.RunAsync("call", "answer-one", "get");
        Assert.Equal((2, "function.not_found"), (gone.ExitCode, gone.Code));
        Assert.Contains("'wasmactors functions'", gone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_table_of_a_deployment_fits_80_columns()
    {
        server.Folder.Write("table/shopping-cart-of-2026.json", """{ "label": "2026.12" }""");
        string file = server.Folder.Write("table/shopping-cart-of-2026.wat", """(module (memory (export "memory") 1) (func (export "_start")))""");

        var dry = await server.RunAsync("deploy", file, "--dry-run");
        var run = await server.RunAsync("deploy", file);

        Assert.Equal((0, 0, ""), (dry.ExitCode, run.ExitCode, run.Error));
        Assert.Matches("shopping-cart-of-2026 +1 \\(dry run\\) +stateless +wasi-command", dry.Text);
        Assert.Contains("\nshopping-cart-of-2026 has the convention wasi-command by its exports\n", run.Text, StringComparison.Ordinal);
        Assert.Contains($"\nshopping-cart-of-2026 has settings of {Path.ChangeExtension(file, ".json")}\n", run.Text, StringComparison.Ordinal);
        Assert.All(dry.Lines.Concat(run.Lines).Where(static line => !line.Contains(" has ", StringComparison.Ordinal)), static line => Assert.True(line.TrimEnd().Length <= 80, line));
    }

    [Fact]
    public async Task A_folder_is_deployed_with_the_settings_beside_its_modules_and_one_that_fails_stops_no_other()
    {
        server.Folder.Write("many/many-a.wat", Answer(1));
        server.Folder.Write("many/many-a.json", """{ "kind": "keyed", "limits": { "idleAfter": "10m" }, "grants": { "environment": { "LANG": "C" } } }""");
        server.Folder.Write("many/many-b.wat", "(module (func (export \"get\") (result i32)))");
        server.Folder.Write("many/many-c.wat", "(module (import \"x\" \"y\" (func)) (func (export \"get\")))");
        server.Folder.Write("many/many-d.wat", Answer(4));
        server.Folder.Write("many/notes.json", "anything");

        var run = await server.RunAsync("deploy", Path.Combine(server.Folder.Path, "many"), "-o", "json");

        Assert.Equal((65, "module.invalid"), (run.ExitCode, run.Code));
        Assert.Contains("many-b.wat", run.Error, StringComparison.Ordinal);
        Assert.Contains("error: link.missing_import", run.Error, StringComparison.Ordinal);
        Assert.Contains("many-c.wat", run.Error, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(run.Text);
        Assert.Equal(["many-a", "many-d"], report.RootElement.GetProperty("deployed").EnumerateArray().Select(static d => d.GetProperty("name").GetString()!), StringComparer.Ordinal);

        using var shown = JsonDocument.Parse((await server.RunAsync("functions", "show", "many-a", "-o", "json")).Text);
        var version = shown.RootElement.GetProperty("versions")[0];
        Assert.Equal("keyed", version.GetProperty("kind").GetString());
        Assert.Equal("10m", version.GetProperty("limits").GetProperty("idleAfter").GetString());
        Assert.Equal("C", version.GetProperty("grants").GetProperty("environment").GetProperty("LANG").GetString());
    }

    [Fact]
    public async Task An_expected_version_that_is_not_the_active_one_is_a_conflict()
    {
        string file = server.Folder.Write("expected.wat", Answer(1));

        Assert.Equal(0, (await server.RunAsync("deploy", file, "--expect", "0")).ExitCode);
        server.Folder.Write("expected.wat", Answer(2));
        var late = await server.RunAsync("deploy", file, "--expect", "0");
        var wrong = await server.RunAsync("deploy", file, "--expect", "7");
        var right = await server.RunAsync("deploy", file, "--expect", "1");

        Assert.Equal((76, "function.conflict"), (late.ExitCode, late.Code));
        Assert.Equal((76, "function.conflict"), (wrong.ExitCode, wrong.Code));
        Assert.Equal(0, right.ExitCode);
    }

    [Theory]
    [InlineData(2, "function.bad_spec", "--max-memory", "1")]
    [InlineData(2, "function.bad_spec", "--convention", "bytes")]
    [InlineData(2, "function.bad_spec", "--dir", "relative")]
    [InlineData(2, "function.bad_spec", "--label", "no spaces")]
    [InlineData(2, "function.bad_name", "--name", "../up")]
    public async Task What_cannot_be_deployed_is_told_by_the_server(int exitCode, string code, params string[] options)
    {
        var run = await server.RunAsync(["deploy", server.Folder.Write("wrong.wat", Answer(1)), .. options]);

        Assert.Equal((exitCode, "", code), (run.ExitCode, run.Text, run.Code));
    }

    [Theory]
    [InlineData("functions", "show", "nothing")]
    [InlineData("functions", "versions", "nothing")]
    [InlineData("functions", "rollback", "nothing")]
    [InlineData("functions", "delete", "nothing", "--yes")]
    public async Task What_is_not_there_is_told(params string[] args)
    {
        var run = await server.RunAsync(args);

        Assert.Equal((2, "", "function.not_found"), (run.ExitCode, run.Text, run.Code));
    }

    [Fact]
    public async Task A_key_does_what_its_scope_says_until_it_is_revoked()
    {
        await server.DeployAsync("scoped", Answer(5));
        var created = await server.RunAsync("keys", "create", "shop", "--scope", "call", "--rate", "100", "--concurrency", "5");
        Assert.Equal(0, created.ExitCode);
        Assert.StartsWith("wak_", created.Text, StringComparison.Ordinal);
        string shopKey = server.Folder.Write("shop.key", created.Text);
        string listed = (await server.RunAsync("keys")).Text;
        Assert.Matches("shop +call +.*100/s, 5 at once", listed);
        Assert.DoesNotContain(created.Text.Trim(), listed, StringComparison.Ordinal);

        Assert.Equal((0, "5\n"), Parts(await WithKey(shopKey, "call", "scoped", "get")));
        var forbidden = await WithKey(shopKey, "functions");
        Assert.Equal(77, forbidden.ExitCode);
        Assert.Contains("scope", forbidden.Error, StringComparison.Ordinal);

        using var keys = JsonDocument.Parse((await server.RunAsync("keys", "list", "-o", "json")).Text);
        string id = keys.RootElement.GetProperty("keys").EnumerateArray().Single(static k => k.GetProperty("name").GetString() == "shop").GetProperty("id").GetString()!;
        Assert.Equal((0, $"{id} is revoked.\n"), Parts(await server.RunAsync("keys", "revoke", id)));
        Assert.Equal(77, (await WithKey(shopKey, "call", "scoped", "get")).ExitCode);
        Assert.Equal(2, (await server.RunAsync("keys", "revoke", id)).ExitCode);
        Assert.Equal(2, (await server.RunAsync("keys", "create", "a name", "--scope", "call")).ExitCode);
    }

    [Fact]
    public async Task Without_a_key_nothing_is_answered()
    {
        var run = await InProcess.RunAsync("functions", "--server", server.Url, "--key-file", server.Folder.Write("none.key", "wak_unknown"));

        Assert.Equal((77, ""), (run.ExitCode, run.Text));
        Assert.Contains("--key-file", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_are_listed()
    {
        Assert.Matches(" up +yes +.*answers, leads", (await server.RunAsync("nodes")).Text);
        using var nodes = JsonDocument.Parse((await server.RunAsync("nodes", "-o", "json")).Text);
        Assert.True(nodes.RootElement.GetProperty("nodes")[0].GetProperty("isSelf").GetBoolean());
    }

    private static string Answer(int number) => $"""(module (func (export "get") (result i32) i32.const {number}))""";

    private static (int Version, bool Created) Deployed(ProgramRun run)
    {
        using var report = JsonDocument.Parse(run.Text);
        var function = report.RootElement.GetProperty("deployed")[0];
        return (function.GetProperty("version").GetInt32(), function.GetProperty("created").GetBoolean());
    }

    private static (int ExitCode, string Text) Parts(ProgramRun run) => (run.ExitCode, run.Text);

    private Task<ProgramRun> WithKey(string file, params string[] args) => InProcess.RunAsync([args[0], "--server", server.Url, "--key-file", file, .. args[1..]]);
}
