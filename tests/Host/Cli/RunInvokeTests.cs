namespace WasmActors.Host.Tests.Cli;

public sealed class RunInvokeTests(TemporaryFolder folder) : IClassFixture<TemporaryFolder>
{
    private const string Echo = """
        (module
          (func (export "all") (param i32 i64 f32 f64 v128 externref) (result i32 i64 f32 f64 v128 externref)
            local.get 0 local.get 1 local.get 2 local.get 3 local.get 4 local.get 5)
          (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
          (func (export "sub64") (param i64 i64) (result i64) (i64.sub (local.get 0) (local.get 1)))
          (func (export "bits") (param f64) (result i64) (i64.reinterpret_f64 (local.get 0)))
          (func (export "nothing"))
          (func $self (export "self") (result funcref) ref.func $self))
        """;

    [Fact]
    public async Task The_first_command_of_the_readme_works()
    {
        string fib = Path.Combine(AppContext.BaseDirectory, "samples", "fib.wat");

        var run = await ProgramRun.Of(folder, ["run", fib, "--invoke", "fib", "30"]);

        Assert.Equal((0, "832040\n", ""), (run.ExitCode, run.Text, run.Error));
    }

    [Theory]
    [InlineData("-1 9223372036854775807 nan inf 0x1 null", "-1 9223372036854775807 nan inf 0x00000000000000000000000000000001 null")]
    [InlineData("4294967295 -9223372036854775808 -0x1.8p3 -inf i32x4:1,2,3,4 null", "-1 -9223372036854775808 -12 -inf 0x00000004000000030000000200000001 null")]
    [InlineData("0xff 18446744073709551615 0.1 0.1 0xffffffffffffffffffffffffffffffff null", "255 -1 0.1 0.1 0xffffffffffffffffffffffffffffffff null")]
    [InlineData("0 9007199254740993 1e-45 5e-324 0x0 null", "0 9007199254740993 1e-45 5e-324 0x00000000000000000000000000000000 null")]
    public async Task Values_of_every_type_pass_through_exactly(string arguments, string results)
    {
        string echo = folder.Write("echo.wat", Echo);

        var run = await ProgramRun.Of(folder, ["run", "--invoke", "all", echo, .. arguments.Split(' ')]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(results.Split(' '), run.Lines, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_payload_of_a_nan_is_exact()
    {
        var run = await InProcess.RunAsync(["run", folder.Write("nan.wat", Echo), "--invoke", "bits", "nan:0x4000000000001"]);

        Assert.Equal(0x7FF4000000000001.ToString(), run.Lines.Single());
    }

    [Theory]
    [InlineData("run --invoke add {0} -5 3", "-2")]
    [InlineData("run {0} --invoke add -5 3", "-2")]
    [InlineData("run {0} --invoke=add -- -5 3", "-2")]
    [InlineData("run {0} --invoke sub64 -9223372036854775808 -1", "-9223372036854775807")]
    public async Task Options_come_before_the_file_or_after_it_and_arguments_may_be_negative(string line, string result)
    {
        string echo = folder.Write("negative.wat", Echo);

        var run = await InProcess.RunAsync(string.Format(line, echo).Split(' '));

        Assert.Equal((0, result + "\n", ""), (run.ExitCode, run.Text, run.Error));
    }

    [Theory]
    [InlineData("nothing", "")]
    [InlineData("self", "<funcref>\n")]
    public async Task No_result_prints_nothing_and_a_reference_its_kind(string export, string output)
    {
        var run = await InProcess.RunAsync(["run", folder.Write("kinds.wat", Echo), "--invoke", export]);

        Assert.Equal((0, output, ""), (run.ExitCode, run.Text, run.Error));
    }

    [Fact]
    public async Task A_binary_module_is_taken_like_its_text()
    {
        string path = folder.Write("add.wasm", Runtime.Modules.Binary.ModuleText.ToBinary(Echo));

        var run = await InProcess.RunAsync(["run", path, "--invoke", "add", "5", "3"]);

        Assert.Equal((0, "8\n"), (run.ExitCode, run.Text));
    }

    [Theory]
    [InlineData("add 1", "takes 2 arguments, but 1 was given")]
    [InlineData("add 1 2 3", "takes 2 arguments, but 3 were given")]
    [InlineData("add 1 x", "Argument 2 of add(i32, i32) -> (i32)")]
    [InlineData("add 4294967296 0", "Argument 1")]
    [InlineData("sub64 1.5 0", "Argument 1")]
    [InlineData("all 1 2 3 4 5 object", "Argument 5")]
    public async Task Arguments_that_do_not_fit_the_signature_are_refused_before_anything_runs(string call, string problem)
    {
        var run = await InProcess.RunAsync(["run", folder.Write("refuse.wat", Echo), "--invoke", .. call.Split(' ')]);

        Assert.Equal((2, "", "call.bad_arguments"), (run.ExitCode, run.Text, run.Code));
        Assert.Contains(problem, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("usage", "run", "{0}")]
    [InlineData("export.not_found", "run", "{0}", "--invoke", "missing")]
    [InlineData("export.wrong_kind", "run", "{0}", "--invoke", "memory")]
    public async Task Where_there_is_nothing_to_call_the_callable_exports_are_listed(string code, params string[] args)
    {
        string path = folder.Write("list.wat", """(module (memory (export "memory") 1) (func (export "add") (param i32 i64) (result f32 f64) unreachable))""");

        var run = await InProcess.RunAsync([.. args.Select(a => string.Format(a, path))]);

        Assert.Equal((2, "", code), (run.ExitCode, run.Text, run.Code));
        Assert.Contains("add(i32, i64) -> (f32, f64)", run.Error, StringComparison.Ordinal);
    }
}
