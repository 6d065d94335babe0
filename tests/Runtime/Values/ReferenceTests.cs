using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Values;

/// <summary>Row 2: references of every kind go to the host and come back as the same.</summary>
[Trait("Row", "2")]
public sealed class ReferenceTests : IDisposable
{
    private const string Heap = """
        (module
          (type $point (struct (field (mut i32))))
          (type $bytes (array (mut i8)))
          (tag $oops (param i32))
          (import "host" "f" (func $through (param anyref externref exnref funcref) (result anyref externref exnref funcref)))
          (func (export "point") (param i32) (result (ref $point)) (struct.new $point (local.get 0)))
          (func (export "point_value") (param (ref null $point)) (result i32) (struct.get $point 0 (local.get 0)))
          (func (export "set_point") (param (ref $point) i32) (struct.set $point 0 (local.get 0) (local.get 1)))
          (func (export "bytes") (param i32 i32) (result anyref) (array.new $bytes (local.get 0) (local.get 1)))
          (func (export "bytes_length") (param anyref) (result i32) (array.len (ref.cast (ref array) (local.get 0))))
          (func (export "i31") (param i32) (result (ref i31)) (ref.i31 (local.get 0)))
          (func (export "i31_value") (param anyref) (result i32) (i31.get_s (ref.cast (ref i31) (local.get 0))))
          (func (export "caught") (param i32) (result exnref)
            (block $caught (result exnref)
              (try_table (catch_all_ref $caught) (throw $oops (local.get 0)))
              unreachable))
          (func (export "rethrow") (param exnref) (result i32)
            (block $caught (result i32)
              (try_table (catch $oops $caught) (throw_ref (local.get 0)))
              unreachable))
          (func (export "throw_ref") (param exnref) (throw_ref (local.get 0)))
          (func (export "to_any") (param externref) (result anyref) (any.convert_extern (local.get 0)))
          (func (export "to_extern") (param anyref) (result externref) (extern.convert_any (local.get 0)))
          (func (export "same") (param eqref eqref) (result i32) (ref.eq (local.get 0) (local.get 1)))
          (func (export "through") (param anyref externref exnref funcref) (result anyref externref exnref funcref)
            (call $through (local.get 0) (local.get 1) (local.get 2) (local.get 3))))
        """;

    private readonly TestStore _store = new();
    private readonly WasmInstance _guest;
    private Val[] _seen = [];

    public ReferenceTests() => _guest = _store.Load(Heap, HostFunc.Create(
        new FuncType([ValType.AnyRef, ValType.ExternRef, ValType.ExnRef, ValType.FuncRef], [ValType.AnyRef, ValType.ExternRef, ValType.ExnRef, ValType.FuncRef]),
        (Val[] all) => _seen = all));

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_struct_comes_back_as_the_same_object()
    {
        var point = Call("point", 7);
        Call("set_point", point, 8);

        Assert.Equal(8, Call("point_value", point).AsI32());
        Assert.Equal(1, Call("same", point, point).AsI32());
        Assert.Equal(0, Call("same", point, Call("point", 8)).AsI32());
        Assert.Equal((ValKind.AnyRef, _store.Store.Id), (point.AsReference()!.Kind, point.AsReference()!.StoreId));
    }

    [Fact]
    public void Arrays_and_small_integers_come_back()
    {
        Assert.Equal(1000, Call("bytes_length", Call("bytes", 5, 1000)).AsI32());
        Assert.Equal(-5, Call("i31_value", Call("i31", -5)).AsI32());
        Assert.Equal(TrapCode.CastFailure, Assert.Throws<Trap>(() => Call("i31_value", Call("bytes", 0, 1))).TrapCode);
    }

    [Fact]
    public void An_exception_comes_back_and_can_be_thrown_again()
    {
        var exception = Call("caught", 42);

        Assert.Equal(ValKind.ExnRef, exception.Kind);
        Assert.Equal(42, Call("rethrow", exception).AsI32());
        Assert.Equal(TrapCode.UncaughtException, Assert.Throws<Trap>(() => Call("throw_ref", exception)).TrapCode);
        Assert.Equal(42, Call("rethrow", exception).AsI32());
    }

    [Fact]
    public void Any_object_of_the_host_goes_through_as_an_external_reference()
    {
        foreach (object? item in new object?[] { "text", new List<int>(), 5, _store, typeof(int), null })
        {
            var any = Call("to_any", Val.ExternRef(item));
            Assert.Equal(item is null, any.IsNull);
            Assert.Same(item, Call("to_extern", any).AsExternRef());
        }
    }

    [Fact]
    public void An_object_of_the_guest_turned_external_comes_back_as_itself()
    {
        var point = Call("point", 7);
        var external = Call("to_extern", point);

        Assert.Equal(ValKind.ExternRef, external.Kind);
        Assert.IsType<WasmReference>(external.AsExternRef());
        Assert.Equal(1, Call("same", Call("to_any", external), point).AsI32());
    }

    [Fact]
    public void All_kinds_go_through_a_host_function_and_back()
    {
        object item = new();
        var func = _guest.GetFunc("point");
        Val[] given = [Call("point", 9), Val.ExternRef(item), Call("caught", 3), Val.FuncRef(func)];
        var returned = _guest.GetFunc("through").CallVals(given);

        Assert.Equal(9, Call("point_value", returned[0]).AsI32());
        Assert.Same(item, returned[1].AsExternRef());
        Assert.Equal(3, Call("rethrow", returned[2]).AsI32());
        Assert.Equal(func, returned[3].AsFuncRef());
        Assert.Equal(9, Call("point_value", _seen[0]).AsI32());
        Assert.Same(item, _seen[1].AsExternRef());
        Assert.Equal(func, _seen[3].AsFuncRef());
    }

    [Fact]
    public void Nulls_of_all_kinds_go_through_a_host_function_and_back()
    {
        var returned = _guest.GetFunc("through").Call(null, null, null, null);

        Assert.All(returned, static v => Assert.True(v.IsNull));
        Assert.All(_seen, static v => Assert.True(v.IsNull));
        Assert.Equal([ValKind.AnyRef, ValKind.ExternRef, ValKind.ExnRef, ValKind.FuncRef], returned.Select(static v => v.Kind));
    }

    [Fact]
    public void A_reference_lives_on_through_collections_of_both_heaps()
    {
        var point = Call("point", 11);
        for (int i = 0; i < 5; i++)
        {
            Call("bytes", 1, 100_000);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            _store.Store.CollectGuestHeap();
        }

        Assert.Equal(11, Call("point_value", point).AsI32());
    }

    [Fact]
    public void A_reference_of_another_store_is_refused()
    {
        using var other = new TestStore();
        var foreign = other.Load("""(module (func (export "i31") (result anyref) (ref.i31 (i32.const 1))) (func (export "f")))""");
        var reference = foreign.GetFunc("i31").Call().Value;
        var table = WasmTable.Create(_store.Store, new TableType(ValType.FuncRef, 1));

        AssertWrongStore(() => _guest.GetFunc("i31_value").CallVals(reference));
        AssertWrongStore(() => _guest.GetFunc("through").Call(null, null, null, foreign.GetFunc("f")));
        AssertWrongStore(() => table.Set(0, Val.FuncRef(foreign.GetFunc("f"))));
        AssertWrongStore(() => table.Grow(1, Val.FuncRef(foreign.GetFunc("f"))));
        AssertWrongStore(() => WasmGlobal.Create(_store.Store, new GlobalType(ValType.AnyRef, true), reference.AsReference()));
        Assert.Equal(1, table.Size);
    }

    [Fact]
    public void A_reference_of_another_kind_is_refused()
    {
        Assert.Equal("value.wrong_type", Assert.Throws<WasmError>(() => _guest.GetFunc("i31_value").Call(Call("caught", 1).AsReference())).Code);
        Assert.Equal("value.wrong_type", Assert.Throws<WasmError>(() => Call("i31", 1).AsExternRef()).Code);
        Assert.Equal("value.wrong_type", Assert.Throws<WasmError>(() => Val.ExternRef("x").AsReference()).Code);
        Assert.Equal("value.wrong_type", Assert.Throws<WasmError>(() => Val.Null(ValType.I32)).Code);
    }

    private static void AssertWrongStore(Action use) => Assert.Equal("store.wrong_store", Assert.Throws<WasmError>(use).Code);

    private Val Call(string name, params Val[] arguments) =>
        _guest.GetFunc(name).CallVals(arguments) is { Count: 1 } results ? results.Value : default;
}
