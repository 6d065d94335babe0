using System.Text.Json;
using WasmActors.Conformance.Cli;
using WasmActors.Conformance.Tests.Support;

namespace WasmActors.Conformance.Tests.Cli;

/// <summary>The program's options, output and exit codes.</summary>
public sealed class CommandLineTests : IDisposable
{
    private const string Right = """(module (func (export "f") (result i32) (i32.const 1))) (assert_return (invoke "f") (i32.const 1))""";
    private const string Wrong = "(module (func (export \"f\") (result i32) (i32.const 1)))\n(assert_return (invoke \"f\") (i32.const 2))";
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_and_folders_are_run_and_summed_up_in_the_last_line()
    {
        _folder.Write("suite/a.wast", Right);
        _folder.Write("suite/deep/b.wast", Right);
        _folder.Write("suite/no-script.txt", "(");
        string single = _folder.Write("c.wast", Right);

        var run = await RunAsync(Path.Combine(_folder.Path, "suite"), single);

        Assert.Equal(ExitCodes.Ok, run.Code);
        Assert.Equal("conformance: 3 passed, 0 failed, 0 skipped of 3 assertions in 3 files", LastLine(run.Output));
        Assert.Contains("deep", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_told_with_line_expectation_and_outcome_on_request()
    {
        string path = _folder.Write("a.wast", Wrong);

        var quiet = await RunAsync(path);
        var verbose = await RunAsync(path, "-v");

        Assert.Equal(ExitCodes.Failed, quiet.Code);
        Assert.DoesNotContain("expected", quiet.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failed, verbose.Code);
        Assert.Contains($"{path}:2: assert_return", verbose.Output, StringComparison.Ordinal);
        Assert.Contains("expected: invoke \"f\" to return (i32.const 2)", verbose.Output, StringComparison.Ordinal);
        Assert.Contains("actual:   (i32.const 1)", verbose.Output, StringComparison.Ordinal);
        Assert.Equal("conformance: 0 passed, 1 failed, 0 skipped of 1 assertions in 1 files", LastLine(verbose.Output));
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("preemptive")]
    public async Task Json_has_the_same_figures(string mode)
    {
        string path = _folder.Write("a.wast", Wrong);

        var run = await RunAsync(path, "-o", "json", "--mode", mode, "--jobs", "1");

        using var json = JsonDocument.Parse(run.Output);
        var root = json.RootElement;
        Assert.Equal(ExitCodes.Failed, run.Code);
        Assert.Equal(mode, root.GetProperty("mode").GetString());
        Assert.Equal((0, 1, 0, 1), (root.GetProperty("passed").GetInt32(), root.GetProperty("failed").GetInt32(), root.GetProperty("skipped").GetInt32(), root.GetProperty("assertions").GetInt32()));
        var problem = root.GetProperty("files")[0].GetProperty("problems")[0];
        Assert.Equal((2, "assert_return", "failed"), (problem.GetProperty("line").GetInt32(), problem.GetProperty("form").GetString(), problem.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task A_filter_chooses_files_by_their_path()
    {
        _folder.Write("left.wast", Right);
        _folder.Write("right.wast", Wrong);

        var run = await RunAsync(_folder.Path, "--filter", "left");

        Assert.Equal((ExitCodes.Ok, "conformance: 1 passed, 0 failed, 0 skipped of 1 assertions in 1 files"), (run.Code, LastLine(run.Output)));
    }

    [Fact]
    public async Task The_first_failure_ends_the_run_on_request()
    {
        _folder.Write("a.wast", $"{Wrong}\n(assert_return (invoke \"f\") (i32.const 3))");
        _folder.Write("b.wast", Wrong);

        var run = await RunAsync(_folder.Path, "--fail-fast", "--jobs", "1");

        Assert.Equal((ExitCodes.Failed, "conformance: 0 passed, 1 failed, 0 skipped of 1 assertions in 1 files"), (run.Code, LastLine(run.Output)));
        Assert.Contains("ended at the first failure", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_usage_has_an_exit_code_of_its_own()
    {
        string path = _folder.Write("a.wast", Right);
        string empty = Directory.CreateDirectory(Path.Combine(_folder.Path, "empty")).FullName;

        foreach (string[] args in (string[][])[[], [path + "x"], [empty], [path, "--filter", "no such file"], [path, "--mode", "automatic"], [path, "-o", "xml"], [path, "--jobs", "0"], [path, "--bogus"]])
        {
            var run = await RunAsync(args);

            Assert.Equal((ExitCodes.Usage, ""), (run.Code, run.Output));
            Assert.StartsWith("error: usage: ", run.Error, StringComparison.Ordinal);
        }
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await CommandLine.InvokeAsync(args, output, error, isTerminal: false).WaitAsync(s_deadline);
        return (code, output.ToString(), error.ToString());
    }

    private static string LastLine(string output) => output.TrimEnd().Split('\n')[^1].TrimEnd();
}
