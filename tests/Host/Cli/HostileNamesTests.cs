using System.Text;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Host.Tests.Cli;

/// <summary>Names that a module chose reach the terminal bounded and escaped.</summary>
public sealed class HostileNamesTests(TemporaryFolder folder) : IClassFixture<TemporaryFolder>
{
    private const string Tail = "\\0a\\1b[31m\\u{202e}";

    [Theory]
    [InlineData("inspect", "hostile.wasm")]
    [InlineData("run", "hostile.wasm")]
    [InlineData("run", "hostile.wasm", "--invoke", "none\n\u001b[31m\u202e")]
    [InlineData("run", "hostile.wasm", "--invoke", "f\n\u001b[31m\u202e", "1")]
    [InlineData("run", "trap.wasm", "--invoke", "f")]
    public async Task Nothing_that_a_module_named_reaches_the_terminal_as_it_is(string verb, string file, params string[] rest)
    {
        string path = folder.Write(file, ModuleText.ToBinary(Hostile(file == "trap.wasm" ? "f" : "f" + Tail)));

        var run = await InProcess.RunAsync([verb, path, .. rest]);

        Assert.NotEmpty(run.Text + run.Error);
        AssertSafe(run.Text);
        AssertSafe(run.Error);
    }

    [Fact]
    public async Task Json_has_the_whole_names_escaped()
    {
        string path = folder.Write("json.wasm", ModuleText.ToBinary(Hostile("f" + Tail)));

        var run = await InProcess.RunAsync(["inspect", path, "-o", "json"]);

        AssertSafe(run.Text, longest: int.MaxValue);
        Assert.Contains("\\n\\u001B[31m\\u202E", run.Text, StringComparison.Ordinal);
    }

    private static string Hostile(string export)
    {
        string name = Tail + new string('x', 60_000);
        var text = new StringBuilder("(module ");
        text.Append($"(@name \"m{name}\") (@custom \"c{name}\" \"contents\")");
        text.Append($"(func $f (@name \"f{name}\") (export \"{export}\") unreachable) (memory (export \"m{name}\") 1)");
        return text.Append(')').ToString();
    }

    private static void AssertSafe(string text, int longest = 20_000)
    {
        Assert.InRange(text.Length, 0, longest);
        Assert.DoesNotContain(text, static c => (char.IsControl(c) && c != '\n') || c == '\u202e');
    }
}
