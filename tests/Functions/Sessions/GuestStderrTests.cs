using WasmActors.Actors.Messages;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Tests.Support;
using WasmActors.Guests;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Sessions;

/// <summary>What a guest wrote to standard error belongs to the failure of its call.</summary>
public sealed class GuestStderrTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    // Writes "said" to standard error, or nothing, and traps.
    private const string Text = """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1) (data (i32.const 100) "said")
          (func $say (i32.store (i32.const 0) (i32.const 100)) (i32.store (i32.const 4) (i32.const 4))
            (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8))))
          (func (export "_start") (call $say) unreachable)
          (func (export "loud") (call $say) unreachable)
          (func (export "talk") (call $say))
          (func (export "quiet") unreachable))
        """;

    private readonly TestNode _node = fixture.Node;

    [Fact]
    public async Task A_program_that_traps_leaves_its_standard_error()
    {
        var program = await DeployAsync(CallingConvention.WasiCommand, System.Text.Encoding.UTF8.GetBytes(Text));

        Assert.Equal("said", (await Expect.FailureAsync("trap.unreachable", program.RunAsync(new ProgramInput(default)))).Stderr);
    }

    [Theory]
    [InlineData(FunctionKind.Stateless)]
    [InlineData(FunctionKind.Keyed)]
    public async Task A_function_leaves_what_it_wrote_during_the_call_that_failed(FunctionKind kind)
    {
        var function = await DeployAsync(CallingConvention.Core, System.Text.Encoding.UTF8.GetBytes(Text), kind);
        await Expect.SoonAsync(function.CallAsync("talk"));

        Assert.Null((await Expect.FailureAsync("trap.unreachable", function.CallAsync("quiet"))).Stderr);
        Assert.Equal("said", (await Expect.FailureAsync("trap.unreachable", function.CallAsync("loud"))).Stderr);
        Assert.Null((await Expect.FailureAsync("trap.unreachable", function.CallAsync("quiet"))).Stderr);
    }

    [Fact]
    public void A_failure_keeps_it_as_data()
    {
        var failure = new WasmFailure("trap.unreachable", "unreachable") { TrapCode = TrapCode.Unreachable, Stderr = "said" };

        Assert.Equal("said", failure.ToException().Stderr);
        Assert.Equal("said", WasmFailure.From(failure.ToException()).Stderr);
    }

    [SkippableFact]
    public async Task A_Rust_program_that_panics_leaves_its_message()
    {
        var program = await DeployAsync(CallingConvention.WasiCommand, RustGuest.SourceAsync("""
            fn main() { panic!("the ledger of {} does not balance", std::env::args().count()); }
            """));

        var failure = await Expect.FailureAsync("trap.unreachable", program.RunAsync(new ProgramInput(default)));

        Assert.Contains("panicked at", failure.Stderr, StringComparison.Ordinal);
        Assert.Contains("the ledger of 1 does not balance", failure.Stderr, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_C_program_that_aborts_leaves_its_message()
    {
        var program = await DeployAsync(CallingConvention.WasiCommand, ClangGuest.SourceAsync("""
            #include <stdio.h>
            #include <stdlib.h>
            int main(void) { fprintf(stderr, "the ledger does not balance\n"); abort(); }
            """, GuestKind.Command));

        var failure = await Expect.FailureAsync("trap.unreachable", program.RunAsync(new ProgramInput(default)));

        Assert.Equal("the ledger does not balance\n", failure.Stderr);
    }

    [SkippableFact]
    public async Task AssemblyScript_that_throws_says_its_message()
    {
        var function = await DeployAsync(CallingConvention.Core, AssemblyScriptGuest.SourceAsync("""
            export function check(amount: i32): i32 {
              console.log("checking " + amount.toString());
              if (amount < 0) throw new Error("no negative amount: " + amount.toString());
              return amount;
            }
            """));
        Assert.Equal(5, (await Expect.SoonAsync(function.CallAsync("check", 5))).Value.AsI32());

        var failure = await Expect.FailureAsync("trap.host", function.CallAsync("check", -5));

        Assert.StartsWith("abort: no negative amount: -5 in guest.ts(3:", failure.Message, StringComparison.Ordinal);
        Assert.Equal(failure.Message + "\n", failure.Stderr);
    }

    private async Task<FunctionRef> DeployAsync(CallingConvention convention, Task<GuestFile> guest)
    {
        var file = await guest;
        Skip.If(file.IsMissing, file.MissingBecause);
        return await DeployAsync(convention, await File.ReadAllBytesAsync(file.Path!));
    }

    private async Task<FunctionRef> DeployAsync(CallingConvention convention, byte[] module, FunctionKind kind = FunctionKind.Stateless)
    {
        string name = $"f{Guid.NewGuid():n}";
        await Expect.SoonAsync(_node.Functions.DeployAsync(new FunctionSpec(name) { Kind = kind, Convention = convention }, module, RollOut.WhenIdle));
        return _node.Functions.Get(name, kind == FunctionKind.Keyed ? "key" : null);
    }
}
