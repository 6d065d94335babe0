namespace WasmActors.Host.Tests.Cli.Client;

/// <summary>call against a real server, in all conventions.</summary>
public sealed class ServedCallsTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Numbers = """
        (module
          (func (export "all") (param i32 i64 f32 f64 v128) (result i32 i64 f32 f64 v128)
            local.get 0 local.get 1 local.get 2 local.get 3 local.get 4)
          (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
          (func $divide (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
          (func (export "spin") (loop br 0))
          (func (export "with space/slash") (result i32) i32.const 7)
          (func (export "refers") (param externref)))
        """;

    private const string Counter = """
        (module (global $n (mut i64) (i64.const 0))
          (func (export "next") (result i64) (global.set $n (i64.add (global.get $n) (i64.const 1))) (global.get $n)))
        """;

    private const string Echo = """
        (module (memory (export "memory") 4)
          (func (export "wasmactors_alloc") (param i32) (result i32) i32.const 1024)
          (func (export "echo") (param i32 i32) (result i64)
            (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1)))))
        """;

    // Copies what it reads; with arguments it also writes it to standard error and ends with their number.
    private const string Program = """
        (module
          (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 2)
          (func (export "_start")
            (i32.store (i32.const 0) (i32.const 1024))
            (i32.store (i32.const 4) (i32.const 100000))
            (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
            (i32.store (i32.const 4) (i32.load (i32.const 8)))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))
            (drop (call $args (i32.const 16) (i32.const 20)))
            (if (i32.gt_u (i32.load (i32.const 16)) (i32.const 1)) (then
              (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 12)))
              (call $exit (i32.load (i32.const 16)))))))
        """;

    [Theory]
    [InlineData("-1 9223372036854775807 nan inf 0x1")]
    [InlineData("4294967295 -9223372036854775808 -0x1.8p3 -inf i32x4:1,2,3,4")]
    [InlineData("0xff 18446744073709551615 0.1 0.1 0xffffffffffffffffffffffffffffffff")]
    [InlineData("-2147483648 9007199254740993 1e-45 5e-324 0x0")]
    [InlineData("0 0 nan:0x7 -nan:0x4000000000001 0x0")]
    [InlineData("0 0 -0 -nan 0x0")]
    [InlineData("0 0 3.4028234663852886e38 1.7976931348623157e308 0x0")]
    public async Task Values_of_every_type_come_back_as_from_run(string values)
    {
        await server.DeployAsync("numbers", Numbers);
        var local = await InProcess.RunAsync(["run", server.Folder.Write("local.wat", Numbers), "--invoke", "all", .. values.Split(' ')]);

        var called = await server.RunAsync(["call", "numbers", "all", .. values.Split(' ')]);

        Assert.Equal((0, "", local.Text), (called.ExitCode, called.Error, called.Text));
        Assert.Equal(5, called.Lines.Length);
    }

    [Fact]
    public async Task Options_may_follow_negative_values_and_names_may_have_any_character()
    {
        await server.DeployAsync("numbers", Numbers);

        var negative = await server.RunAsync("call", "numbers", "add", "-5", "3", "--timing", "--timeout", "10s");
        var odd = await server.RunAsync("call", "numbers", "with space/slash");

        Assert.Equal((0, "-2\n"), (negative.ExitCode, negative.Text));
        Assert.Matches("^version [0-9]+; ms: queue [0-9.]+, start [0-9.]+, run [0-9.]+\n$", negative.Error);
        Assert.Equal((0, "7\n", ""), (odd.ExitCode, odd.Text, odd.Error));
    }

    [Theory]
    [InlineData(134, "trap.integer_divide_by_zero", "divide", "1", "0")]
    [InlineData(124, "call.deadline_exceeded", "spin", "--timeout", "100ms")]
    [InlineData(2, "call.bad_arguments", "add", "1")]
    [InlineData(2, "call.bad_arguments", "refers", "null")]
    [InlineData(2, "export.not_found", "none")]
    [InlineData(2, "function.wrong_kind", "add", "1", "2", "--key", "k")]
    [InlineData(2, "usage", "add", "--data", "x")]
    public async Task Failures_have_the_codes_of_run(int exitCode, string code, params string[] call)
    {
        await server.DeployAsync("numbers", Numbers);

        var run = await server.RunAsync(["call", "numbers", .. call]);

        Assert.Equal((exitCode, "", code), (run.ExitCode, run.Text, run.Code));
    }

    [Fact]
    public async Task A_trap_is_told_with_its_backtrace()
    {
        await server.DeployAsync("numbers", Numbers);

        var run = await server.RunAsync("call", "numbers", "divide", "1", "0");

        Assert.Matches("backtrace, innermost first:\n +at .*!divide \\(func 2\\) at 0x[0-9a-f]+", run.Error);
    }

    [Fact]
    public async Task Keys_have_stores_of_their_own()
    {
        await server.DeployAsync("counter", Counter, "--kind", "keyed");

        foreach (string key in (string[])["a", "a/b", "ü %2F?#+", "-x"])
        {
            Assert.Equal("1\n", (await server.RunAsync("call", "counter", "next", $"--key={key}")).Text);
        }

        Assert.Equal("2\n", (await server.RunAsync("call", "counter", "next", "--key", "a", "--idempotency-key", "order 1")).Text);
        var again = await server.RunAsync("call", "counter", "next", "--key", "a", "--idempotency-key", "order 1", "--timing");
        Assert.Equal("2\n", again.Text);
        Assert.Contains("the answer of an earlier call", again.Error, StringComparison.Ordinal);
        Assert.Equal("3\n", (await server.RunAsync("call", "counter", "next", "--key", "a")).Text);
        Assert.Equal("function.wrong_kind", (await server.RunAsync("call", "counter", "next")).Code);
    }

    [Theory]
    [InlineData(null, "hello\n")]
    [InlineData("text", "text")]
    [InlineData("", "")]
    public async Task Bytes_go_in_and_come_out(string? data, string output)
    {
        await server.DeployAsync("echo", Echo);

        var run = await server.RunAsync("hello\n", ["call", "echo", "echo", .. data is null ? (string[])[] : ["--data", data]]);

        Assert.Equal((0, output, ""), (run.ExitCode, run.Text, run.Error));
    }

    [Fact]
    public async Task A_program_reads_and_writes_and_its_exit_status_is_passed_on()
    {
        await server.DeployAsync("program", Program, "--caller-args");

        var done = await server.RunAsync("hello\n", ["call", "program", "_start"]);
        var failed = await server.RunAsync("hello\n", ["call", "program", "_start", "--arg", "-a", "--arg=--b"]);
        var refused = await server.RunAsync("hello\n", ["call", "program", "_start", "--env", "A=B"]);

        Assert.Equal((0, "hello\n", ""), (done.ExitCode, done.Text, done.Error));
        Assert.Equal((3, "hello\n", "hello\n"), (failed.ExitCode, failed.Text, failed.Error));
        Assert.Equal("function.not_granted", refused.Code);
        Assert.Contains("--caller-env", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_traps_shows_its_standard_error_before_the_failure()
    {
        await server.DeployAsync("panics", Program.Replace("(call $exit (i32.load (i32.const 16)))", "unreachable", StringComparison.Ordinal), "--caller-args");

        var run = await server.RunAsync("hello\n", ["call", "panics", "_start", "--arg", "-a"]);

        Assert.Equal((134, ""), (run.ExitCode, run.Text));
        Assert.StartsWith("hello\nerror: trap.unreachable\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_status_that_no_process_can_have_is_no_success()
    {
        await server.DeployAsync("ends", Program.Replace("(i32.load (i32.const 16))))", "(i32.const 256)))", StringComparison.Ordinal), "--caller-args");

        Assert.Equal(255, (await server.RunAsync("", ["call", "ends", "_start", "--arg", "-a"])).ExitCode);
    }
}
