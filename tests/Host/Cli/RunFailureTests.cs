using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Host.Tests.Cli;

public sealed class RunFailureTests(TemporaryFolder folder) : IClassFixture<TemporaryFolder>
{
    private const string Faulty = """
        (module $faulty
          (import "env" "mystery" (func $mystery (param i32) (result i64)))
          (import "env" "base" (global $base i32))
          (memory (export "memory") 1)
          (func $divide (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
          (func $outer (export "outer") (result i32) (call $divide (i32.const 1) (i32.const 0)))
          (func (export "mystery") (result i64) (call $mystery (i32.const 1)))
          (func (export "base") (result i32) (global.get $base))
          (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
          (func (export "spin") (loop $again (br $again))))
        """;

    private const string Functions = """
        (module $functions
          (import "env" "mystery" (func $mystery (param i32) (result i64)))
          (func (export "fine") (result i32) i32.const 7)
          (func (export "mystery") (result i64) (call $mystery (i32.const 1))))
        """;

    private static readonly byte[] Component = [0x00, 0x61, 0x73, 0x6D, 0x0D, 0x00, 0x01, 0x00];

    [Fact]
    public async Task A_trap_is_told_with_its_backtrace_and_134()
    {
        var run = await ProgramRun.Of(folder, ["run", folder.Write("trap.wat", Faulty), "--unknown-imports", "default", "--invoke", "outer"]);

        Assert.Equal((134, "", "trap.integer_divide_by_zero"), (run.ExitCode, run.Text, run.Code));
        int inner = run.Error.IndexOf("at faulty!divide (func 1)", StringComparison.Ordinal);
        int outer = run.Error.IndexOf("at faulty!outer (func 2)", StringComparison.Ordinal);
        Assert.True(inner > 0 && outer > inner, run.Error);
        Assert.DoesNotContain('\u001b', run.Error);
    }

    [Theory]
    [InlineData(69, "", "link.missing_import", "run", "{0}", "--invoke", "fine")]
    [InlineData(69, "", "link.missing_import", "run", "{0}", "--unknown-imports", "fail", "--invoke", "fine")]
    [InlineData(0, "7\n", "", "run", "{0}", "--unknown-imports", "trap", "--invoke", "fine")]
    [InlineData(134, "", "trap.host", "run", "{0}", "--unknown-imports", "trap", "--invoke", "mystery")]
    [InlineData(0, "0\n", "", "run", "{0}", "--unknown-imports", "default", "--invoke", "mystery")]
    public async Task Unknown_imports_fail_trap_or_answer_zeros(int exitCode, string output, string code, params string[] args)
    {
        string path = folder.Write("functions.wat", Functions);

        var run = await InProcess.RunAsync([.. args.Select(a => string.Format(a, path))]);

        Assert.Equal((exitCode, output, code), (run.ExitCode, run.Text, run.Code));
        Assert.Equal(code.Length > 0, run.Error.Contains("env::mystery", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(69, "trap")]
    [InlineData(0, "default")]
    public async Task An_unknown_global_can_only_be_replaced_by_a_default(int exitCode, string mode)
    {
        var run = await InProcess.RunAsync(["run", folder.Write("global.wat", Faulty), "--unknown-imports", mode, "--invoke", "base"]);

        Assert.Equal((exitCode, exitCode == 0 ? "0\n" : ""), (run.ExitCode, run.Text));
    }

    [Theory]
    [InlineData(124, "call.deadline_exceeded", "--timeout", "200ms", "--invoke", "spin")]
    [InlineData(134, "trap.out_of_fuel", "--fuel", "10000", "--invoke", "spin")]
    [InlineData(71, "store.limit_exceeded", "--max-memory", "0", "--invoke", "grow", "0")]
    [InlineData(71, "store.limit_exceeded", "--max-memories", "0", "--invoke", "grow", "0")]
    [InlineData(124, "call.deadline_exceeded", "--profile", "strict", "--timeout", "200ms", "--invoke", "spin")]
    public async Task Limits_end_a_guest(int exitCode, string code, params string[] options)
    {
        var run = await ProgramRun.Of(folder, ["run", folder.Write("limits.wat", Faulty), "--unknown-imports", "default", .. options]);

        Assert.Equal((exitCode, "", code), (run.ExitCode, run.Text, run.Code));
        Assert.Contains("what to do:", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("64KiB", "-1")]
    [InlineData("128KiB", "1")]
    public async Task Growth_beyond_the_largest_memory_is_refused_to_the_guest(string limit, string result)
    {
        var run = await InProcess.RunAsync(["run", folder.Write("growth.wat", Faulty), "--unknown-imports", "default", "--max-memory", limit, "--invoke", "grow", "1"]);

        Assert.Equal((0, result + "\n"), (run.ExitCode, run.Text));
    }

    [Fact]
    public async Task Enough_time_and_fuel_change_nothing()
    {
        string fib = Path.Combine(AppContext.BaseDirectory, "samples", "fib.wat");

        var run = await InProcess.RunAsync(["run", "--timeout", "1m", "--fuel", "1000000", fib, "--invoke", "fib", "92"]);

        Assert.Equal((0, "7540113804746346429\n", ""), (run.ExitCode, run.Text, run.Error));
    }

    public static TheoryData<string, byte[], string> Broken => new()
    {
        { "empty.wasm", [], "is empty" },
        { "garbage.wasm", [0x9F, 0x00, 0xFF, 0x12, 0x80], "neither begins with" },
        { "component.wasm", Component, "component" },
        { "cut.wasm", ModuleText.ToBinary("(module (func (export \"f\")))")[..^1], "cut.wasm" },
        { "untyped.wat", "(module (func (result i32)))"u8.ToArray(), "type mismatch" },
        { "prose.txt", "Dear reader,"u8.ToArray(), "1:1" },
        { "open.wat", "(module (func (export \"x\" "u8.ToArray(), "1:16" },
        { "hostile.wat", "(module \u001b[31m\u202e)"u8.ToArray(), "hostile.wat" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_file_that_is_no_module_is_told_with_65(string name, byte[] content, string problem)
    {
        string path = folder.Write(name, content);

        var run = await InProcess.RunAsync("run", path, "--invoke", "f");

        Assert.Equal((65, "", "module.invalid"), (run.ExitCode, run.Text, run.Code));
        Assert.Contains(problem, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Error);
        Assert.DoesNotContain('\u202e', run.Error);
    }

    [Theory]
    [InlineData("nowhere.wasm")]
    [InlineData(".")]
    public async Task A_file_that_cannot_be_read_is_told_with_66(string path)
    {
        var run = await ProgramRun.Of(folder, ["run", path]);

        Assert.Equal((66, "", "module.unreadable"), (run.ExitCode, run.Text, run.Code));
        Assert.Contains(path, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verbose_logs_on_standard_error_only()
    {
        string fib = Path.Combine(AppContext.BaseDirectory, "samples", "fib.wat");

        var run = await ProgramRun.Of(folder, ["run", "-v", fib, "--invoke", "fib", "10"]);

        Assert.Equal((0, "55\n"), (run.ExitCode, run.Text));
        Assert.Contains("Module fib.wat", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_cache_is_left_alone_when_it_is_not_wanted(bool wanted)
    {
        using var own = new TemporaryFolder();
        string path = own.Write("one.wat", """(module (func (export "one") (result i32) i32.const 1))""");

        var run = await ProgramRun.Of(own, wanted ? ["run", path, "--invoke", "one"] : ["run", path, "--no-cache", "--invoke", "one"]);

        Assert.Equal("1\n", run.Text);
        Assert.Equal(wanted, Directory.Exists(Path.Combine(own.Path, "cache")));
    }
}
