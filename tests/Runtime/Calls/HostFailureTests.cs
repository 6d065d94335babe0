using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;

namespace WasmActors.Runtime.Tests.Calls;

/// <summary>Rows 8 and 9: what a host function throws reaches the caller of the guest, as it was.</summary>
public sealed class HostFailureTests : IDisposable
{
    private const string Divider = """
        (module $m
          (import "host" "f" (func $safe_divide (param i32 i32) (result i32)))
          (func $run (export "run") (param i32 i32) (result i32) (call $safe_divide (local.get 0) (local.get 1)))
          (func (export "run_ref") (param i32 i32 externref) (result i32) (call $safe_divide (local.get 0) (local.get 1))))
        """;

    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    [Trait("Row", "8")]
    public void A_trap_of_the_host_reaches_the_caller_with_its_message_and_code()
    {
        var guest = _store.LoadWith(Divider, (int a, int b) => b == 0 ? throw new Trap("Division by zero") : a / b);

        Assert.Equal(3, guest.GetFunc("run").Call<int, int, int>(17, 5));
        foreach (var call in new Action[] { () => guest.GetFunc("run").Call(1, 0), () => guest.GetFunc("run").Call<int, int, int>(1, 0), () => guest.GetFunc("run_ref").Call(1, 0, "x") })
        {
            var trap = Assert.Throws<Trap>(call);
            Assert.Equal(("Division by zero", TrapCode.Host, "trap.host"), (trap.Message, trap.TrapCode, trap.Code));
            Assert.Equal("m", Assert.Single(trap.Frames).ModuleName);
        }
    }

    [Fact]
    [Trait("Row", "8")]
    public void The_host_may_raise_a_trap_with_one_of_webassembly_s_own_codes()
    {
        var guest = _store.LoadWith(Divider, int (int _, int _) => throw new Trap(TrapCode.IntegerDivideByZero));
        var trap = Assert.Throws<Trap>(() => guest.GetFunc("run").Call(1, 0));

        Assert.Equal((TrapCode.IntegerDivideByZero, "integer divide by zero"), (trap.TrapCode, trap.Message));
    }

    [Fact]
    [Trait("Row", "8")]
    public void A_trap_of_a_host_function_called_directly_has_no_backtrace()
    {
        var func = WasmFunc.FromDelegate(_store.Store, null, int (int _) => throw new Trap("no"));

        Assert.Empty(Assert.Throws<Trap>(() => func.Call(1)).Frames);
        Assert.Equal("no", Assert.Throws<Trap>(() => func.Call<int, int>(1)).Message);
    }

    [Theory]
    [Trait("Row", "9")]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(NullReferenceException))]
    [InlineData(typeof(DivideByZeroException))]
    [InlineData(typeof(OutOfMemoryException))]
    [InlineData(typeof(OperationCanceledException))]
    public void An_exception_of_the_host_is_the_cause_of_the_failure(Type type)
    {
        var cause = (Exception)Activator.CreateInstance(type, "boo")!;
        var guest = _store.LoadWith(Divider, (int a, int b) => a == 0 ? throw cause : b);

        var error = Assert.Throws<WasmError>(() => guest.GetFunc("run").Call(0, 0));
        Assert.Equal("host.exception", error.Code);
        Assert.Same(cause, error.InnerException);
        Assert.Contains($"{type.Name}: boo", error.Message, StringComparison.Ordinal);
        Assert.Equal("run", Assert.Single(error.Frames).FuncName);
        Assert.Same(cause, Assert.Throws<WasmError>(() => guest.GetFunc("run_ref").Call(0, 0, null)).InnerException);
        Assert.Equal(5, guest.GetFunc("run").Call<int, int, int>(1, 5));
    }

    [Fact]
    [Trait("Row", "9")]
    public void A_failure_inside_a_nested_guest_keeps_its_kind_on_the_way_out()
    {
        WasmInstance inner = _store.Load("""(module $inner (func $boom (export "boom") unreachable))""");
        var guest = _store.LoadWith(Divider, int (int _, int _) =>
        {
            inner.GetFunc("boom").Call();
            return 0;
        });

        var trap = Assert.Throws<Trap>(() => guest.GetFunc("run").Call(1, 1));
        Assert.Equal(TrapCode.Unreachable, trap.TrapCode);
        Assert.Equal("boom", trap.Frames[0].FuncName);
    }

    [Fact]
    [Trait("Row", "9")]
    public void A_nested_failure_that_the_host_catches_is_over()
    {
        WasmInstance inner = _store.Load("""(module (func (export "boom") unreachable))""");
        var guest = _store.LoadWith(Divider, (int a, int b) =>
        {
            Assert.Throws<Trap>(() => inner.GetFunc("boom").Call());
            return a + b;
        });

        Assert.Equal(8, guest.GetFunc("run").Call<int, int, int>(5, 3));
    }

    [Fact]
    [Trait("Row", "9")]
    public void A_trap_of_the_guest_after_a_caught_failure_of_the_host_is_its_own()
    {
        var guest = _store.LoadWith(
            """(module (import "host" "f" (func $f)) (func (export "run") (call $f) unreachable))""",
            () =>
            {
                var thrower = WasmFunc.FromDelegate(_store.Store, null, (Action)(() => throw new IOException("inner")));
                Assert.Throws<WasmError>(() => thrower.Call());
            });

        var trap = Assert.Throws<Trap>(() => guest.GetFunc("run").Call());
        Assert.Equal((TrapCode.Unreachable, null), (trap.TrapCode, trap.InnerException));
    }

    [Fact]
    [Trait("Row", "9")]
    public void A_guest_cannot_catch_a_failure_of_the_host()
    {
        var guest = _store.LoadWith(
            """
            (module
              (import "host" "f" (func $f))
              (func (export "run") (result i32)
                (block $caught (try_table (catch_all $caught) (call $f)) (return (i32.const 0)))
                (i32.const 1)))
            """,
            (Action)(() => throw new IOException("through")));

        Assert.Equal("through", Assert.Throws<WasmError>(() => guest.GetFunc("run").Call()).InnerException!.Message);
    }

    [Fact]
    [Trait("Row", "9")]
    public void Many_failures_leave_the_store_as_it_was()
    {
        var guest = _store.LoadWith(Divider, (int a, int b) => b == 0 ? throw new IOException("x") : a / b);
        var run = guest.GetFunc("run");
        for (int i = 0; i < 2000; i++)
        {
            Assert.Throws<WasmError>(() => run.Call<int, int, int>(1, 0));
            Assert.Equal(i, run.Call<int, int, int>(i, 1));
        }
    }
}
