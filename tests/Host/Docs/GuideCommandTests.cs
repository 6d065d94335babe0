using System.CommandLine;
using WasmActors.Host.Cli;
using WasmActors.Host.Cli.Output;
using WasmActors.Host.Cli.Running;

namespace WasmActors.Host.Tests.Docs;

public class GuideCommandTests
{
    private const string Program = "wasmactors";

    public static TheoryData<string> PagesWithCommands => [.. Repository.Pages.Where(static page => DocumentedCode.Of(page, "sh").Any())];

    [Theory]
    [MemberData(nameof(PagesWithCommands))]
    public void Every_command_of_the_program_in_the_guides_is_one_that_it_accepts(string page)
    {
        string[] errors = [.. Commands(page).Where(static words => words[0] == Program).SelectMany(static words => Errors([.. words.Skip(1)]))];

        Assert.True(errors.Length == 0, string.Join('\n', errors));
    }

    [Theory]
    [MemberData(nameof(PagesWithCommands))]
    public void Every_project_that_the_guides_build_or_run_exists(string page)
    {
        foreach (var words in Commands(page).Where(static words => words[0] == "dotnet"))
        {
            Assert.All(
                words.Where(static word => word.StartsWith("src/", StringComparison.Ordinal) || word.StartsWith("tests/", StringComparison.Ordinal) || word.EndsWith(".sln", StringComparison.Ordinal)),
                static path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), $"There is no {path}."));
            if (words.ToArray() is ["dotnet", "run", "--project", "src/Host", "--", .. var arguments])
            {
                Assert.Empty(Errors(arguments));
            }
        }
    }

    [Fact]
    public void Commands_are_read_as_a_shell_reads_them()
    {
        var commands = ShellCommands.Of("A=1 wasmactors serve --data 'my folder' >out.txt 2>&1 & # comment\necho -n x | wasmactors call \\\n f g\nwasmactors serve …");

        Assert.Equal(
            ["wasmactors serve --data my folder", "1", "echo -n x", "wasmactors call f g", "wasmactors serve"],
            commands.Select(static words => string.Join(' ', words)),
            StringComparer.Ordinal);
    }

    [Fact]
    public void A_command_with_an_unknown_option_is_found()
    {
        Assert.NotEmpty(Errors(["serve", "--opne"]));
        Assert.NotEmpty(Errors(["depoly", "fib.wat"]));
        Assert.Empty(Errors(["run", "fib.wat", "--invoke", "fib", "10"]));
    }

    private static IEnumerable<IReadOnlyList<string>> Commands(string page) => DocumentedCode.Of(page, "sh").SelectMany(static block => ShellCommands.Of(block.Text));

    private static IEnumerable<string> Errors(string[] arguments)
    {
        var terminal = Terminal.OfWriters(TextWriter.Null, TextWriter.Null);
        var run = new RunCommand(terminal);
        var root = new RootCommand
        {
            run, new InspectCommand(terminal), new CompileCommand(terminal), new CacheCommand(terminal), new ServeCommand(terminal), new DeployCommand(terminal),
            new FunctionsCommand(terminal), new ModulesCommand(terminal), new CallCommand(terminal), new NodesCommand(terminal), new KeysCommand(terminal),
        };
        return root.Parse(GuestArguments.Separate(arguments, run), new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null })
            .Errors.Select(error => $"{Program} {string.Join(' ', arguments)}: {error.Message}");
    }
}
