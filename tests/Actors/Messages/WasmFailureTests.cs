using WasmActors.Actors.Messages;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Actors.Tests.Messages;

public class WasmFailureTests
{
    private const string Guest = """
        (module $guest
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1)
          (func $divide (export "divide") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
          (func (export "exit") (param i32) (call $exit (local.get 0))))
        """;

    [Fact]
    [Trait("Row", "7")]
    public void A_trap_crosses_a_border_as_data()
    {
        var trap = Assert.Throws<Trap>(() => Call("divide", 0));

        var back = Assert.IsType<Trap>(AcrossABorder(WasmFailure.From(trap)).ToException());

        Assert.Equal(TrapCode.IntegerDivideByZero, back.TrapCode);
        Assert.Equal("trap.integer_divide_by_zero", back.Code);
        Assert.Equal("integer divide by zero", back.Message);
        Assert.Equal(trap.Frames, back.Frames);
        Assert.Equal("divide", Assert.Single(back.Frames).FuncName);
    }

    [Fact]
    [Trait("Row", "8")]
    public void A_trap_of_the_host_keeps_its_message()
    {
        var back = Assert.IsType<Trap>(AcrossABorder(WasmFailure.From(new Trap("Division by zero"))).ToException());

        Assert.Equal((TrapCode.Host, "trap.host", "Division by zero"), (back.TrapCode, back.Code, back.Message));
    }

    [Fact]
    [Trait("Row", "9")]
    public void The_type_and_message_of_a_cause_survive_a_border()
    {
        var error = new WasmError(ErrorCode.HostException, "A host function threw.", new InvalidOperationException("no more ink"));

        var failure = AcrossABorder(WasmFailure.From(error));
        var back = Assert.IsType<WasmError>(failure.ToException());

        Assert.Equal(("System.InvalidOperationException", "no more ink"), (failure.CauseType, failure.CauseMessage));
        Assert.Equal(ErrorCode.HostException, back.Code);
        Assert.Equal("A host function threw. (cause: System.InvalidOperationException: no more ink)", back.Message);
    }

    [Fact]
    [Trait("Row", "10")]
    public void An_exit_status_crosses_a_border()
    {
        var exit = WasmFailure.From(Assert.Throws<WasiExit>(() => Call("exit", 7)));

        Assert.Equal(7, Assert.IsType<WasiExit>(AcrossABorder(exit).ToException()).Status);
        Assert.Equal(ErrorCode.WasiExit, exit.Code);
    }

    [Fact]
    public void When_to_try_again_crosses_a_border()
    {
        var busy = new WasmError(ErrorCode.Busy, "Full.") { RetryAfter = TimeSpan.FromMicroseconds(1_250) };

        var back = Assert.IsType<WasmError>(AcrossABorder(WasmFailure.From(busy)).ToException());
        Assert.Equal(TimeSpan.FromMicroseconds(1_250), back.RetryAfter);
        Assert.Null(Assert.IsType<WasmError>(AcrossABorder(WasmFailure.From(new WasmError(ErrorCode.StoreGone, "Gone."))).ToException()).RetryAfter);
    }

    [Fact]
    public void Within_the_process_the_exception_stays_itself()
    {
        var error = new WasmError(ErrorCode.HostException, "x", new InvalidOperationException("y"));

        Assert.Same(error, WasmFailure.From(error).ToException());
    }

    private static void Call(string name, int argument)
    {
        using var engine = new WasmEngine();
        using var module = WasmModule.FromText(engine, Guest);
        using var store = new WasmStore(engine);
        store.Instantiate(module, new ImportSet().DefineWasi()).GetFunc(name).Call(argument);
    }

    // The exception does not travel; everything else does.
    private static WasmFailure AcrossABorder(WasmFailure failure) => failure with { Exception = null };
}
