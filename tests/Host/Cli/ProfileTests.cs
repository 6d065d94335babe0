namespace WasmActors.Host.Tests.Cli;

/// <summary><c>run --profile</c> and <c>--feature</c>: what a guest may use by default, and what must be asked for.</summary>
public sealed class ProfileTests(TemporaryFolder folder) : IClassFixture<TemporaryFolder>
{
    private const string Structs = """
        (module (type $s (struct (field i32)))
          (func (export "f") (result i32) (struct.get $s 0 (struct.new $s (i32.const 7)))))
        """;

    private const string Wide = """
        (module (func (export "f") (result i64) (i64.add128 (i64.const 1) (i64.const 0) (i64.const 2) (i64.const 0)) drop))
        """;

    [Theory]
    [InlineData(71, "module.feature_not_allowed")]
    [InlineData(71, "module.feature_not_allowed", "--profile", "standard")]
    [InlineData(71, "module.feature_not_allowed", "--profile", "standard", "--feature", "exceptions")]
    [InlineData(0, "", "--profile", "trusted")]
    [InlineData(0, "", "--feature", "gc")]
    [InlineData(0, "", "--profile", "standard", "--feature", "all")]
    public async Task A_feature_is_allowed_by_the_profile_or_by_name(int exitCode, string code, params string[] options)
    {
        var run = await InProcess.RunAsync(["run", "--no-cache", .. options, folder.Write("structs.wat", Structs), "--invoke", "f"]);

        Assert.Equal((exitCode, exitCode == 0 ? "7\n" : "", code), (run.ExitCode, run.Text, run.Code));
        Assert.Equal(exitCode != 0, run.Error.Contains("--feature", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(65)]
    [InlineData(0, "--feature", "wide-arithmetic")]
    public async Task A_proposal_is_compiled_where_it_is_asked_for(int exitCode, params string[] options)
    {
        var run = await InProcess.RunAsync(["run", "--no-cache", .. options, folder.Write("wide.wat", Wide), "--invoke", "f"]);

        Assert.Equal((exitCode, exitCode == 0 ? "3\n" : ""), (run.ExitCode, run.Text));
    }

    [Theory]
    [InlineData("StoreLimits.MemoryBytes is 1000", "--max-memory", "1000")]
    [InlineData("MaxWasmStackBytes is", "--max-stack", "8MiB")]
    public async Task A_figure_that_cannot_be_held_is_refused_with_its_reason(string message, params string[] options)
    {
        var run = await InProcess.RunAsync(["run", "--no-cache", .. options, folder.Write("structs.wat", Structs), "--invoke", "f"]);

        Assert.Equal((2, "engine.bad_settings"), (run.ExitCode, run.Code));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strict_guest_runs_compiled_in_a_process_of_its_own()
    {
        const string Fine = """(module (memory 1) (func (export "f") (result i32) i32.const 42))""";

        var run = await ProgramRun.Of(folder, ["run", "--profile", "strict", "--no-cache", folder.Write("fine.wat", Fine), "--invoke", "f"]);

        Assert.Equal((0, "42\n"), (run.ExitCode, run.Text));
    }
}
