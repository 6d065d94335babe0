using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.Misuse;

/// <summary>Work of several parts whose next part cannot be begun.</summary>
public sealed class UnbegunPartTests
{
    private static readonly string s_guest = """(module (func (export "one") (result i32) (i32.const 1)))""";

    [Fact]
    public void A_part_that_is_refused_is_the_works_failure_and_the_store_serves_on()
    {
        using var engine = new WasmEngine();
        using var store = new WasmStore(engine, new() { Mode = ExecutionMode.Preemptive });
        using var module = WasmModule.FromText(engine, s_guest);
        var one = store.Instantiate(module).GetFunc("one");
        var work = new TwoParts(one, new WasmError(ErrorCode.NoStack, "no more"));

        Assert.Equal(CallStep.Trapped, StepToTheEnd(work));
        Assert.Equal(ErrorCode.NoStack, work.Failure!.Code);
        Assert.Equal(0, store.LiveFibers);
        Assert.Equal(1, one.Call<int>());
    }

    [Fact]
    public void After_a_bug_there_the_work_can_be_given_up_and_the_store_disposed()
    {
        using var engine = new WasmEngine();
        var store = new WasmStore(engine, new() { Mode = ExecutionMode.Preemptive });
        using var module = WasmModule.FromText(engine, s_guest);
        var one = store.Instantiate(module).GetFunc("one");
        var dropped = new TwoParts(one, new InvalidTimeZoneException("a bug"));
        Assert.Throws<InvalidTimeZoneException>(() => StepToTheEnd(dropped));

        dropped.Drop(new WasmError(ErrorCode.Cancelled, "given up"));

        Assert.Equal(ErrorCode.Cancelled, dropped.Failure!.Code);
        Assert.Equal(0, store.LiveFibers);
        Assert.Equal(1, one.Call<int>());
        Assert.Throws<InvalidTimeZoneException>(() => StepToTheEnd(new TwoParts(one, new InvalidTimeZoneException("a bug"))));
        store.Dispose();
        Assert.Equal(0, engine.LiveStores);
    }

    // A tick may come anywhere.
    private static CallStep StepToTheEnd(GuestCall work)
    {
        CallStep step;
        do
        {
            step = work.Step();
        }
        while (step == CallStep.Yielded);

        return step;
    }

    /// <summary>One call of a function, and then what cannot be begun.</summary>
    private sealed class TwoParts(WasmFunc func, Exception refusal) : GuestCall(func.Store)
    {
        private bool _first = true;

        internal override WasmException? Run() => throw new NotSupportedException("It is to run in steps.");

        internal override nint BeginFuture(FutureFrame frame) => _first ? FutureBridge.BeginCall(Store, func.NativeFunc, func.Type, new RawVal[1], frame) : throw refusal;

        internal override bool EndFuture(FutureFrame frame)
        {
            _first = false;
            return true;
        }
    }
}
