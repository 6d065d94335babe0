namespace WasmActors.Host.Tests.Http.Calls;

/// <summary>WASI of deployed functions over HTTP.</summary>
[Collection(OpenHost.Name)]
public sealed class WasiCallTests(OpenHost host)
{
    private const string Text = """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "clock_time_get" (func $now (param i32 i64 i32) (result i32)))
          (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1) (data (i32.const 100) "said <&>")
          (func (export "_start")
            (i32.store (i32.const 0) (i32.const 100)) (i32.store (i32.const 4) (i32.const 8))
            (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
            unreachable)
          (func (export "misaligned") (result i32) (call $write (i32.const 1) (i32.const 3) (i32.const 1) (i32.const 16)))
          (func (export "outside") (result i32) (call $now (i32.const 0) (i64.const 1) (i32.const 65532)))
          ;; the error of the event of a descriptor
          (func (export "poll") (param i32) (result i32)
            (i32.store8 (i32.const 8) (i32.const 1)) (i32.store (i32.const 16) (local.get 0))
            (if (call $poll (i32.const 0) (i32.const 400) (i32.const 1) (i32.const 800)) (then (return (i32.const -1))))
            (i32.load16_u (i32.const 408))))
        """;

    [Fact]
    public async Task A_program_that_traps_leaves_its_standard_error()
    {
        await host.DeployAsync("panics?convention=wasi-command", Text);

        var failed = (await host.CallAsync("panics/calls/_start")).IsFailure(422, "trap.unreachable");

        Assert.Equal("said <&>", failed.Json.GetProperty("stderr").GetString());
    }

    [Theory]
    [InlineData("misaligned", "trap.host")]
    [InlineData("outside", "trap.memory_out_of_bounds")]
    public async Task A_bad_pointer_is_the_guests_own_mistake(string export, string code)
    {
        await host.DeployAsync("pointers?convention=core", Text);

        (await host.CallAsync($"pointers/calls/{export}")).IsFailure(422, code);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(99, 8)]
    public async Task A_poll_knows_which_descriptors_there_are(int descriptor, int error)
    {
        await host.DeployAsync("polls?convention=core", Text);

        Assert.Equal(error, (await host.CallAsync("polls/calls/poll", $"[{descriptor}]")).Is(200).Json.GetProperty("results")[0].GetInt32());
    }
}
