using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Calls;

/// <summary>Rows 7 and 20: guests that run for ever are ended, and the store serves on.</summary>
[Trait("Row", "20")]
public sealed class InterruptionTests
{
    private const string Spinning = """
        (module
          (import "host" "f" (func $f))
          (func (export "spin") (loop $l (br $l)))
          (func (export "spin_by_tail_calls") (return_call $tail))
          (func $tail (return_call $tail))
          (func (export "through_host") (call $f) (loop $l (br $l)))
          (func (export "answer") (result i32) i32.const 42))
        """;

    [Theory]
    [InlineData("spin")]
    [InlineData("spin_by_tail_calls")]
    public void A_guest_is_interrupted_at_the_store_s_deadline(string name)
    {
        using var store = new TestStore(new() { Deadline = TimeSpan.FromMilliseconds(20) });
        var guest = store.LoadWith(Spinning, () => { });

        var trap = Assert.Throws<Trap>(() => guest.GetFunc(name).Call());
        Assert.Equal((TrapCode.Interrupt, "call.deadline_exceeded"), (trap.TrapCode, trap.Code));
        Assert.Equal(trap.Code, Assert.Throws<Trap>(() => guest.GetFunc(name).Call<Nothing>()).Code);
        Assert.Equal(42, guest.GetFunc("answer").Call<int>());
    }

    [Fact]
    public void A_start_function_is_interrupted_at_the_store_s_deadline()
    {
        using var store = new TestStore(new() { Deadline = TimeSpan.FromMilliseconds(20) });

        Assert.Equal("call.deadline_exceeded", Assert.Throws<Trap>(() => store.Load("(module (func $s (loop $l (br $l))) (start $s))")).Code);
        Assert.Equal("call.deadline_exceeded", Assert.Throws<Trap>(() => store.Store.Instantiate(store.Compile("(module (func $s (loop $l (br $l))) (start $s))"), [])).Code);
        Assert.NotNull(store.Load("(module)"));
    }

    [Fact]
    public void A_nested_call_ends_with_the_deadline_of_the_outer_one()
    {
        using var store = new TestStore(new() { Deadline = TimeSpan.FromMilliseconds(20) });
        WasmInstance guest = null!;
        int nested = 0;
        guest = store.LoadWith(Spinning, () =>
        {
            while (true)
            {
                nested++;
                guest.GetFunc("spin").Call();
            }
        });

        Assert.Equal("call.deadline_exceeded", Assert.Throws<Trap>(() => guest.GetFunc("through_host").Call()).Code);
        Assert.Equal(1, nested);
    }

    [Theory]
    [InlineData(Interruption.Cancelled, "call.cancelled")]
    [InlineData(Interruption.DeadlineExceeded, "call.deadline_exceeded")]
    public void A_signal_ends_a_running_guest(Interruption reason, string code)
    {
        using var store = new TestStore();
        var guest = store.LoadWith(Spinning, () => { });
        using var call = store.Store.BeginCall(guest.GetFunc("spin"));
        call.Signal = new Signal(() => reason);

        Assert.Equal(CallStep.Trapped, call.Step());
        Assert.Equal(code, call.Failure!.Code);
        Assert.Equal(42, guest.GetFunc("answer").Call<int>());
    }

    [Fact]
    public void The_outer_call_s_signal_ends_a_nested_guest_that_has_a_signal_of_its_own()
    {
        using var store = new TestStore();
        bool cancelled = false;
        WasmInstance guest = null!;
        guest = store.LoadWith(Spinning, () =>
        {
            using var inner = store.Store.BeginCall(guest.GetFunc("spin"));
            inner.Signal = new Signal(() => null);
            cancelled = true;
            Assert.Equal(CallStep.Trapped, inner.Step());
            throw inner.Failure!;
        });
        using var outer = store.Store.BeginCall(guest.GetFunc("through_host"));
        outer.Signal = new Signal(() => cancelled ? Interruption.Cancelled : null);

        Assert.Equal(CallStep.Trapped, outer.Step());
        Assert.Equal("call.cancelled", outer.Failure!.Code);
    }

    [Fact]
    public void A_signal_that_throws_ends_the_call_with_its_exception()
    {
        using var store = new TestStore();
        var guest = store.LoadWith(Spinning, () => { });
        var broken = new IOException("no signal");
        using var call = store.Store.BeginCall(guest.GetFunc("spin"));
        call.Signal = new Signal(() => throw broken);

        Assert.Equal(CallStep.Trapped, call.Step());
        Assert.Equal("host.exception", call.Failure!.Code);
        Assert.Same(broken, call.Failure.InnerException);
    }

    [Fact]
    public void A_call_given_back_twice_serves_one_call_at_a_time()
    {
        using var store = new TestStore();
        var answer = store.LoadWith(Spinning, () => { }).GetFunc("answer");
        var call = store.Store.BeginCall(answer);
        call.Dispose();
        call.Dispose();

        Assert.NotSame(store.Store.BeginCall(answer), store.Store.BeginCall(answer));
    }

    [Fact]
    public void A_call_does_not_see_the_arguments_of_the_one_before()
    {
        using var store = new TestStore();
        var echo = store.Load("""(module (func (export "echo") (param i64) (result i64) local.get 0))""").GetFunc("echo");
        using (var first = store.Store.BeginCall(echo))
        {
            first.SetArguments([77L]);
            first.RunToEnd();
        }

        using var second = store.Store.BeginCall(echo);
        second.RunToEnd();
        Assert.Equal(0, second.Results.Value.AsI64());
    }

    private sealed class Signal(Func<Interruption?> read) : ICallSignal
    {
        public Interruption? Interruption => read();
    }
}
