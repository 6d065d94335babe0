using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Actors.Tests.Handles;

[Trait("Row", "10")]
public class WasiTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Exits = """
        (module
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1)
          (func (export "_start") (call $exit (i32.const 3)))
          (func (export "exit_with") (param i32) (call $exit (local.get 0))))
        """;

    [Fact]
    public async Task A_commands_exit_status_is_its_outcome()
    {
        var instance = await NewAsync(Exits);

        Assert.Equal(3, await instance.RunCommandAsync());
    }

    [Fact]
    public async Task A_command_that_only_returns_has_status_zero()
    {
        var instance = await NewAsync("""(module (memory (export "memory") 1) (func (export "_start")))""");

        Assert.Equal(0, await instance.RunCommandAsync());
    }

    [Fact]
    public async Task An_exit_out_of_another_function_is_neither_trap_nor_error()
    {
        var instance = await NewAsync(Exits);

        var exit = await Assert.ThrowsAsync<WasiExit>(() => instance.GetFunc("exit_with").CallAsync<int, Runtime.Values.Nothing>(200).AsTask());

        Assert.Equal(200, exit.Status);
        Assert.Equal(ErrorCode.WasiExit, exit.Code);
    }

    [Fact]
    public async Task A_command_that_traps_fails_with_the_trap()
    {
        var instance = await NewAsync("""(module (memory (export "memory") 1) (func (export "_start") unreachable))""");

        await Expect.TrapAsync("trap.unreachable", instance.RunCommandAsync());
    }

    [Fact]
    public async Task What_is_no_command_cannot_be_run()
    {
        var instance = await NewAsync("""(module (func (export "main")))""");

        var error = await Expect.ErrorAsync(ErrorCode.ExportNotFound, instance.RunCommandAsync());

        Assert.Equal("The module exports nothing named '_start': it exports main.", error.Message);
    }

    [Fact]
    public async Task A_commands_output_is_captured()
    {
        var output = WasiOutput.Capture();
        var instance = await NewAsync(
            """
            (module
              (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
              (memory (export "memory") 1)
              (data (i32.const 8) "\10\00\00\00\06\00\00\00hello\n")
              (func (export "_start") (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 0)))))
            """,
            new WasiOptions { Stdout = output });

        Assert.Equal(0, await instance.RunCommandAsync());
        Assert.Equal("hello\n", output.Text);
    }

    private Task<InstanceRef> NewAsync(string wat, WasiOptions? wasi = null) =>
        fixture.NewAsync(wat, new ImportSet().DefineWasi(), new() { Options = new() { Wasi = wasi } });
}
