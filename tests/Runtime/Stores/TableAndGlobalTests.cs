using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Stores;

/// <summary>Row 17: tables, globals and function values.</summary>
[Trait("Row", "17")]
public sealed class TableAndGlobalTests : IDisposable
{
    private const string Tables = """
        (module
          (type $unary (func (param i32) (result i32)))
          (table $t (export "t") 2 4 funcref)
          (global $g (export "g") (mut i64) (i64.const 5))
          (global (export "constant") f64 (f64.const 2.5))
          (elem (i32.const 0) $inc)
          (func $inc (export "inc") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
          (func (export "call") (param i32 i32) (result i32) (call_indirect (type $unary) (local.get 1) (local.get 0)))
          (func (export "size") (result i32) (table.size $t))
          (func (export "g_value") (result i64) (global.get $g))
          (func (export "g_double") (global.set $g (i64.mul (global.get $g) (i64.const 2)))))
        """;

    private readonly TestStore _store = new();
    private readonly WasmInstance _guest;

    public TableAndGlobalTests() => _guest = _store.Load(Tables);

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_function_out_of_a_table_can_be_called()
    {
        var func = _guest.GetTable("t").Get(0).AsFuncRef()!;

        Assert.Equal(6, func.Call<int, int>(5));
        Assert.Equal(_guest.GetFunc("inc"), func);
        Assert.Equal(_guest.GetFunc("inc").GetHashCode(), func.GetHashCode());
        Assert.NotEqual(_guest.GetFunc("call"), func);
        Assert.True(_guest.GetTable("t").Get(1).IsNull);
    }

    [Fact]
    public void The_guest_calls_what_the_host_put_into_the_table()
    {
        var table = _guest.GetTable("t");
        table.Set(1, Val.FuncRef(WasmFunc.FromDelegate(_store.Store, null, (int a) => a * 100)));
        Assert.Equal(500, _guest.GetFunc("call").Call<int, int, int>(1, 5));

        table.Set(1, Val.FuncRef(null));
        Assert.Equal(TrapCode.IndirectCallToNull, Assert.Throws<Trap>(() => _guest.GetFunc("call").Call(1, 5)).TrapCode);
    }

    [Fact]
    public void A_table_grows_up_to_its_maximum()
    {
        var table = _guest.GetTable("t");
        Assert.Equal(2, table.Grow(1, Val.FuncRef(_guest.GetFunc("inc"))));
        Assert.Equal((3L, 3), (table.Size, _guest.GetFunc("size").Call<int>()));
        Assert.Equal(8, _guest.GetFunc("call").Call<int, int, int>(2, 7));
        Assert.Equal(3, table.Grow(1));
        Assert.True(table.Get(3).IsNull);
        foreach (long more in new[] { 1, 1L << 32, long.MaxValue })
        {
            Assert.Equal("table.grow_failed", Assert.Throws<WasmError>(() => table.Grow(more)).Code);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => table.Grow(-1));
        Assert.Equal(4, table.Size);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void An_index_outside_of_the_table_is_an_error(long index)
    {
        var table = _guest.GetTable("t");
        var error = Assert.Throws<WasmError>(() => table.Get(index));

        Assert.Equal(("table.out_of_range", $"Index {index} lies outside of the table's 2 elements."), (error.Code, error.Message));
        Assert.Equal("table.out_of_range", Assert.Throws<WasmError>(() => table.Set(index, Val.FuncRef(null))).Code);
    }

    [Fact]
    public void An_element_of_another_type_is_refused()
    {
        var table = _guest.GetTable("t");
        Assert.Equal("value.wrong_type", Assert.Throws<WasmError>(() => table.Set(0, Val.ExternRef("x"))).Code);
        Assert.Equal("value.wrong_type", Assert.Throws<WasmError>(() => table.Set(0, 5)).Code);
        Assert.Equal("value.wrong_type", Assert.Throws<WasmError>(() => table.Grow(1, 5)).Code);
        var typed = _store.Load("""(module (type $f (func (param i64))) (table (export "t") 1 (ref null $f)))""").GetTable("t");
        Assert.Equal("value.wrong_type", Assert.Throws<WasmError>(() => typed.Set(0, Val.FuncRef(_guest.GetFunc("inc")))).Code);
    }

    [Fact]
    public void A_table_of_external_references_holds_objects_of_the_host()
    {
        object item = new();
        var table = WasmTable.Create(_store.Store, new TableType(ValType.ExternRef, 2, 3), Val.ExternRef(item));
        var guest = _store.Store.Instantiate(
            _store.Compile("""(module (import "" "" (table 2 externref)) (func (export "move") (table.set 0 (i32.const 1) (table.get 0 (i32.const 0))) (table.set 0 (i32.const 0) (ref.null extern))))"""),
            [table]);
        table.Set(1, Val.ExternRef(null));
        guest.GetFunc("move").Call();

        Assert.Same(item, table.Get(1).AsExternRef());
        Assert.Null(table.Get(0).AsExternRef());
        Assert.Equal("table 2..3 externref", table.Type.ToString());
    }

    [Fact]
    public void A_table_is_shared_by_the_instances_that_import_it()
    {
        var user = _store.Store.Instantiate(
            _store.Compile("""(module (import "" "" (table 2 4 funcref)) (func $neg (param i32) (result i32) (i32.sub (i32.const 0) (local.get 0))) (elem (i32.const 1) func $neg))"""),
            [_guest.GetTable("t")]);

        Assert.Equal(-5, _guest.GetFunc("call").Call<int, int, int>(1, 5));
        Assert.Empty(user.Exports);
    }

    [Fact]
    public void A_global_is_got_and_set_by_host_and_guest()
    {
        var global = _guest.GetGlobal("g");
        global.Set(7);
        Assert.Equal(7, _guest.GetFunc("g_value").Call<long>());
        _guest.GetFunc("g_double").Call();
        Assert.Equal(14, global.Get().AsI64());
        Assert.Equal("global mut i64", global.Type.ToString());
    }

    [Fact]
    public void A_constant_cannot_be_set()
    {
        var constant = _guest.GetGlobal("constant");
        Assert.Equal("global.immutable", Assert.Throws<WasmError>(() => constant.Set(3.0)).Code);
        Assert.Equal(2.5, constant.Get().AsF64());
    }

    [Fact]
    public void A_value_of_another_type_is_refused()
    {
        var global = _guest.GetGlobal("g");
        Assert.Equal("value.wrong_type", Assert.Throws<WasmError>(() => global.Set(1.5)).Code);
        Assert.Equal("value.wrong_type", Assert.Throws<WasmError>(() => global.Set(Val.I32(1))).Code);
        Assert.Equal("value.wrong_type", Assert.Throws<WasmError>(() => WasmGlobal.Create(_store.Store, new GlobalType(ValType.I32, true), "x")).Code);
        Assert.Equal(5, global.Get().AsI64());
    }

    [Fact]
    public void A_global_is_shared_by_the_instances_that_import_it()
    {
        var global = WasmGlobal.Create(_store.Store, new GlobalType(ValType.I32, true), 1);
        var module = _store.Compile("""(module (import "" "" (global $g (mut i32))) (func (export "add") (param i32) (global.set $g (i32.add (global.get $g) (local.get 0)))))""");
        var instances = Enumerable.Range(0, 3).Select(_ => _store.Store.Instantiate(module, [global])).ToArray();
        foreach (var instance in instances)
        {
            instance.GetFunc("add").Call<int, Nothing>(10);
        }

        Assert.Equal(31, global.Get().AsI32());
    }

    [Fact]
    public void Globals_hold_references()
    {
        object item = new();
        var held = WasmGlobal.Create(_store.Store, new GlobalType(ValType.ExternRef, true), item);
        var func = WasmGlobal.Create(_store.Store, new GlobalType(ValType.FuncRef, false), _guest.GetFunc("inc"));
        _store.Store.CollectGuestHeap();

        Assert.Same(item, held.Get().AsExternRef());
        Assert.Equal(4, func.Get().AsFuncRef()!.Call<int, int>(3));
    }
}
