using WasmActors.Host.Cli;

namespace WasmActors.Host.Tests.Cli;

public class HelpTests
{
    [Theory]
    [InlineData("run")]
    [InlineData("inspect")]
    [InlineData("compile")]
    [InlineData("cache")]
    [InlineData("cache", "show")]
    [InlineData("serve")]
    [InlineData("deploy")]
    [InlineData("functions")]
    [InlineData("functions", "rollback")]
    [InlineData("call")]
    [InlineData("nodes")]
    [InlineData("keys")]
    [InlineData("keys", "create")]
    public async Task The_help_of_each_verb_has_examples_and_exit_codes(params string[] verb)
    {
        var (exitCode, output, error) = Parts(await InProcess.RunAsync([.. verb, "--help"]));

        Assert.Equal(0, exitCode);
        Assert.Empty(error);
        Assert.Contains("Examples:\n  wasmactors " + verb[0], output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("Exit codes:", output, StringComparison.Ordinal);
        Assert.Contains("Usage:\n  wasmactors " + verb[0], output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_of_the_program_lists_verbs_and_all_exit_codes()
    {
        var (exitCode, output, _) = Parts(await InProcess.RunAsync("--help"));

        Assert.Equal(0, exitCode);
        Assert.All(["run", "inspect", "compile", "cache", "serve", "deploy", "functions", "modules", "call", "nodes", "keys"], verb => Assert.Contains($"  {verb}", output, StringComparison.Ordinal));
        Assert.All(ExitCodes.All, code => Assert.Contains($"{code.Code,3}  {code.Meaning}", output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_program_without_arguments_shows_its_help()
    {
        var (exitCode, output, error) = Parts(await InProcess.RunAsync());

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Equal(Parts(await InProcess.RunAsync("--help")).Item2, output);
    }

    [Fact]
    public async Task The_reference_documents_every_exit_code_and_every_option()
    {
        string reference = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "docs", "command-line.md"));
        var terminal = Host.Cli.Output.Terminal.OfWriters(TextWriter.Null, TextWriter.Null);
        Verb[] verbs = [new RunCommand(terminal), new ServeCommand(terminal), new DeployCommand(terminal), new FunctionsCommand(terminal), new ModulesCommand(terminal), new CallCommand(terminal), new NodesCommand(terminal), new KeysCommand(terminal)];

        Assert.All(ExitCodes.All, code => Assert.Contains($"| {code.Code} | {code.Meaning} |", reference, StringComparison.Ordinal));
        Assert.All(verbs, verb => Assert.Contains($"\n## {verb.Name}\n\n```\nwasmactors {verb.Name} ", reference.ReplaceLineEndings("\n"), StringComparison.Ordinal));
        Assert.All(
            verbs.SelectMany(static verb => verb.Options.Concat(verb.Subcommands.SelectMany(static c => c.Options))),
            option => Assert.Contains($"`{option.Name}", reference, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("There is no option --bogus", "run", "--bogus", "a.wasm")]
    [InlineData("There is no option -x", "inspect", "-x")]
    [InlineData("There is no option --bogus", "compile", "a.wasm", "--bogus")]
    [InlineData("--timeout: 'soon' is no duration", "run", "--timeout", "soon", "a.wasm")]
    [InlineData("--fuel: '-1' is no amount of fuel", "run", "--fuel=-1", "a.wasm")]
    [InlineData("--max-memory: 'much' is no size", "run", "a.wasm", "--max-memory", "much")]
    [InlineData("--env: 'A' is no variable", "run", "--env", "A", "a.wasm")]
    [InlineData("--dir: '::x' names no folder of the host", "run", "--dir", "::x", "a.wasm")]
    [InlineData("'maybe'", "run", "--unknown-imports", "maybe", "a.wasm")]
    [InlineData("--timeout", "run", "a.wasm", "--timeout")]
    [InlineData("'yaml'", "inspect", "a.wasm", "-o", "yaml")]
    [InlineData("", "run")]
    [InlineData("", "cache")]
    [InlineData("There is no verb 'launch'. Verbs are: run, inspect,", "launch")]
    [InlineData("There is no verb 'serv'. Did you mean serve?", "serv")]
    [InlineData("There is no verb 'lst'. Did you mean list?", "keys", "lst")]
    [InlineData("There is no option --opne. Did you mean --open?", "serve", "--opne")]
    [InlineData("There is no option --confg=x. Did you mean --config?", "serve", "--confg=x")]
    [InlineData("There is no option --tiemout. Did you mean --timeout?", "run", "--tiemout", "a.wasm")]
    [InlineData("There is no option --severr. Did you mean --server?", "functions", "list", "--severr", "http://x")]
    [InlineData("There is no option --bogus.", "nodes", "--bogus")]
    [InlineData("'more' is one argument too many.", "nodes", "more")]
    public async Task A_wrong_command_line_is_told_on_standard_error_with_exit_code_2(string problem, params string[] args)
    {
        var (exitCode, output, error) = Parts(await InProcess.RunAsync(args));

        Assert.Equal(2, exitCode);
        Assert.Empty(output);
        Assert.StartsWith("error: usage", error, StringComparison.Ordinal);
        Assert.Contains(problem, error, StringComparison.Ordinal);
        Assert.Contains("--help'", error, StringComparison.Ordinal);
    }

    private static (int ExitCode, string Output, string Error) Parts(ProgramRun run) => (run.ExitCode, run.Text, run.Error);
}
