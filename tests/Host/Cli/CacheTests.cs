using System.Text.Json;

namespace WasmActors.Host.Tests.Cli;

public sealed class CacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task What_was_compiled_is_shown_and_can_be_cleared()
    {
        string one = _folder.Write("one.wat", """(module (func (export "one") (result i32) i32.const 1))""");
        string two = _folder.Write("two.wat", """(module (func (export "two") (result i32) i32.const 2))""");

        var compiled = Modules(await ProgramRun.Of(_folder, ["compile", one, two, "-o", "json"]));
        var again = Modules(await ProgramRun.Of(_folder, ["compile", one, "-o", "json"]));
        var shown = await ProgramRun.Of(_folder, ["cache", "show", "-o", "json"]);
        var cleared = await ProgramRun.Of(_folder, ["cache", "clear"]);
        var empty = await ProgramRun.Of(_folder, ["cache", "show", "-o", "json"]);

        Assert.Equal([one, two], compiled.Select(static m => m.GetProperty("file").GetString()!), StringComparer.Ordinal);
        Assert.All(compiled, static m => Assert.False(m.GetProperty("wasCached").GetBoolean()));
        Assert.All(compiled, static m => Assert.InRange(m.GetProperty("artifactSize").GetInt64(), 1, 1 << 20));
        Assert.True(again.Single().GetProperty("wasCached").GetBoolean());
        Assert.Equal(
            compiled.Select(static m => m.GetProperty("digest").GetString()).Order(StringComparer.Ordinal),
            Modules(shown).Select(static m => m.GetProperty("digest").GetString()).Order(StringComparer.Ordinal));
        Assert.All(Modules(shown), static m => Assert.True(m.GetProperty("usable").GetBoolean()));
        Assert.StartsWith("2 compiled modules removed", cleared.Text, StringComparison.Ordinal);
        Assert.Empty(Modules(empty));
    }

    [Fact]
    public async Task Tables_show_digest_size_and_time()
    {
        string path = _folder.Write("three.wat", """(module (func (export "three") (result i32) i32.const 3))""");

        var compiled = await ProgramRun.Of(_folder, ["compile", path]);
        var shown = await ProgramRun.Of(_folder, ["cache", "show"]);

        Assert.Equal((0, ""), (compiled.ExitCode, compiled.Error));
        Assert.Contains(" ms", compiled.Text, StringComparison.Ordinal);
        Assert.Contains("1 compiled module,", shown.Text, StringComparison.Ordinal);
        Assert.Contains("yes", shown.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_bad_module_does_not_keep_the_others_from_being_compiled()
    {
        string good = _folder.Write("good.wat", "(module)");
        string bad = _folder.Write("bad.wat", "(module");

        var run = await ProgramRun.Of(_folder, ["compile", bad, "missing.wat", good, "-o", "json"]);

        Assert.Equal((65, "module.invalid"), (run.ExitCode, run.Code));
        Assert.Contains("error: module.unreadable", run.Error, StringComparison.Ordinal);
        Assert.Equal(good, Modules(run).Single().GetProperty("file").GetString());
    }

    [Fact]
    public async Task A_cache_that_cannot_be_used_fails_compile_but_not_run()
    {
        string path = _folder.Write("one.wat", """(module (func (export "one") (result i32) i32.const 1))""");
        var blocked = ("XDG_CACHE_HOME", path); // a file where a folder is needed

        var compiled = await ProgramRun.Of(_folder, ["compile", path], input: null, blocked);
        var run = await ProgramRun.Of(_folder, ["run", path, "--invoke", "one"], input: null, blocked);

        Assert.Equal((73, "", "cache.unusable"), (compiled.ExitCode, compiled.Text, compiled.Code));
        Assert.Equal((0, "1\n", ""), (run.ExitCode, run.Text, run.Error));
    }

    public void Dispose() => _folder.Dispose();

    private static List<JsonElement> Modules(ProgramRun run) => [.. JsonDocument.Parse(run.Output).RootElement.GetProperty("modules").EnumerateArray()];
}
