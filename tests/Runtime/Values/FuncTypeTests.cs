using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Values;

/// <summary>Rows 2 and 3: function types and arities.</summary>
public sealed class FuncTypeTests
{
    [Fact]
    [Trait("Row", "2")]
    public void A_function_type_prints_as_its_signature()
    {
        var type = new FuncType([ValType.I32, ValType.I64, ValType.F32, ValType.F64], [ValType.V128, ValType.FuncRef, ValType.ExternRef, ValType.AnyRef, ValType.ExnRef]);

        Assert.Equal("(i32, i64, f32, f64) -> (v128, funcref, externref, anyref, exnref)", type.ToString());
        Assert.False(type.IsNumeric);
        Assert.Equal("() -> ()", new FuncType([], []).ToString());
    }

    [Fact]
    [Trait("Row", "2")]
    public void Function_types_of_the_same_types_are_equal()
    {
        var one = new FuncType([ValType.I32, ValType.ExternRef], [ValType.F64]);

        Assert.Equal(one, new FuncType([ValType.I32, ValType.ExternRef], [ValType.F64]));
        Assert.Equal(one.GetHashCode(), new FuncType([ValType.I32, ValType.ExternRef], [ValType.F64]).GetHashCode());
        Assert.NotEqual(one, new FuncType([ValType.I32], [ValType.ExternRef, ValType.F64]));
        Assert.NotEqual(one, new FuncType([ValType.I32, ValType.Reference(HeapType.Extern, nullable: false)], [ValType.F64]));
    }

    [Fact]
    [Trait("Row", "2")]
    public void The_type_of_a_guest_s_function_is_read_from_it()
    {
        const string Text = """
            (module
              (type $s (struct))
              (func (export "all") (param i32 i64 f32 f64 v128 funcref externref anyref exnref (ref i31) (ref null $s) (ref func) eqref)
                (result i32 f64)
                (i32.const 1) (f64.const 2)))
            """;
        using var store = new TestStore();
        var module = store.Compile(Text);
        const string Expected = "(i32, i64, f32, f64, v128, funcref, externref, anyref, exnref, (ref i31), (ref null $struct), (ref func), (ref null eq)) -> (i32, f64)";

        Assert.Equal(Expected, module.Exports[0].Type.ToString());
        Assert.Equal(Expected, store.Store.Instantiate(module).GetFunc("all").Type.ToString());
    }

    [Fact]
    [Trait("Row", "3")]
    public void Arities_are_known_without_a_call()
    {
        using var store = new TestStore();
        var guest = store.Load("""
            (module
              (func (export "add") (param i32 i32) (result i32) unreachable)
              (func (export "none") unreachable)
              (func (export "many") (param externref) (result i32 i64 f32) unreachable))
            """);

        Assert.Equal((2, 1), Arities(guest.GetFunc("add")));
        Assert.Equal((0, 0), Arities(guest.GetFunc("none")));
        Assert.Equal((1, 3), Arities(guest.GetFunc("many")));
        Assert.Equal((1, 0), Arities(WasmFunc.FromDelegate(store.Store, null, (int _) => { })));
    }

    [Fact]
    [Trait("Row", "3")]
    public void A_function_without_an_instance_has_its_arities_too()
    {
        using var module = WasmModule.FromText(TestStore.Plain, """(module (func (export "f") (param i32 i64) (result f64) unreachable))""");
        var type = Assert.IsType<FuncType>(module.Exports[0].Type);

        Assert.Equal((2, 1), (type.Params.Length, type.Results.Length));
    }

    private static (int Params, int Results) Arities(WasmFunc func) => (func.ParamArity, func.ResultArity);
}
