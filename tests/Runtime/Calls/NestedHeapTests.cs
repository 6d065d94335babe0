using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Calls;

/// <summary>A waiting guest's references into its heap survive what nested calls and the host do to that heap.</summary>
public sealed class NestedHeapTests
{
    // "outer" holds a struct in a local while it waits; "churn" allocates until the heap was collected many times.
    private const string Guest = """
        (module
          (type $cell (struct (field i32)))
          (import "env" "ask" (func $ask (result i32)))
          (func (export "outer") (param i32) (result i32) (local $c (ref null $cell))
            (local.set $c (struct.new $cell (local.get 0)))
            (drop (call $ask))
            (struct.get $cell 0 (local.get $c)))
          (func (export "churn") (param i32) (result i32) (local $c (ref null $cell))
            (loop $l
              (local.set $c (struct.new $cell (i32.const 7777)))
              (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
              (br_if $l (local.get 0)))
            (struct.get $cell 0 (local.get $c))))
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_nested_call_that_collects_the_heap_keeps_what_the_waiting_guest_holds(bool onThreads)
    {
        using var engine = new WasmEngine(new EngineSettings { PreemptOnThreads = onThreads });
        using var module = WasmModule.FromText(engine, Guest);
        using var store = new WasmStore(engine, StoreOptions.For(StoreProfile.Trusted));
        var guest = store.Instantiate(module, new ImportSet().DefineServedModule("env", null));
        for (int i = 0; i < 20; i++)
        {
            using var outer = store.BeginCall(guest.GetFunc("outer"));
            outer.SetArguments(Val.I32(i));
            while (outer.Step() != CallStep.Parked)
            {
            }

            Assert.Equal(7777, guest.GetFunc("churn").Call<int, int>(100_000));
            outer.Import!.Return(Val.I32(0));
            while (outer.Step() == CallStep.Yielded)
            {
            }

            Assert.Null(outer.Failure);
            Assert.Equal(i, outer.Results.Value.AsI32());
        }
    }

    [Fact]
    public void The_heap_is_refused_from_outside_while_a_guest_waits()
    {
        using var engine = new WasmEngine();
        using var module = WasmModule.FromText(engine, Guest);
        using var store = new WasmStore(engine, StoreOptions.For(StoreProfile.Trusted));
        var guest = store.Instantiate(module, new ImportSet().DefineServedModule("env", null));
        var global = WasmGlobal.Create(store, new GlobalType(ValType.ExternRef, true), null);
        using var outer = store.BeginCall(guest.GetFunc("outer"));
        outer.SetArguments(Val.I32(5));
        while (outer.Step() != CallStep.Parked)
        {
        }

        Assert.Equal(ErrorCode.StoreInUse, Assert.Throws<WasmError>(store.CollectGuestHeap).Code);
        Assert.Equal(ErrorCode.StoreInUse, Assert.Throws<WasmError>(() => global.Set(new object())).Code);
        outer.Drop(new WasmError(ErrorCode.Cancelled, "enough"));
        store.CollectGuestHeap();
        global.Set(new object());
    }

    [Theory]
    [InlineData("(module (func (export \"f\") (param i32 f64 v128 funcref) (result i64) unreachable))", false)]
    [InlineData("(module (type $f (func)) (func (param (ref null $f)) (result (ref func))  unreachable))", false)]
    [InlineData("(module (func (param externref)))", true)]
    [InlineData("(module (type (struct)))", true)]
    [InlineData("(module (type (array i8)))", true)]
    [InlineData("(module (tag))", true)]
    [InlineData("(module (func (result (ref null any)) unreachable))", true)]
    [InlineData("(module (import \"a\" \"b\" (table 1 externref)))", true)]
    [InlineData("(module (global (export \"g\") (mut exnref) (ref.null exn)))", true)]
    [InlineData("(module)", false)]
    public void Which_modules_use_the_heap_is_told_by_their_types(string text, bool uses)
    {
        using var engine = new WasmEngine();
        using var module = WasmModule.FromText(engine, text);
        Assert.Equal(uses, module.UsesGuestHeap);
    }
}
