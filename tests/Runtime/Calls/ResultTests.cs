using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Calls;

/// <summary>Row 5: results, none, one or several, as values and as C# types.</summary>
[Trait("Row", "5")]
public sealed class ResultTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_call_without_results_answers_none()
    {
        var func = _store.Load("""(module (func (export "f")))""").GetFunc("f");

        Assert.Empty(func.Call());
        Assert.Equal("[]", func.Call().ToString());
        Assert.Equal(default, func.Call<Nothing>());
        Assert.Equal("value.wrong_type", Assert.Throws<WasmError>(() => func.Call().Value).Code);
    }

    [Fact]
    public void A_call_with_one_result_answers_its_value()
    {
        var func = _store.Load("""(module (func (export "multiply_add") (param f64 f64 f64) (result f64) (f64.add (f64.mul (local.get 0) (local.get 1)) (local.get 2))))""").GetFunc("multiply_add");

        Assert.Equal(8.5, func.Call(2.5, 3.0, 1.0).Value.AsF64());
        Assert.Equal(8.5, func.Call<double, double, double, double>(2.5, 3, 1));
        Assert.Equal("value.wrong_type", Assert.Throws<WasmError>(() => func.Call(1.0, 2.0, 3.0).Value.AsI32()).Code);
        Assert.Equal("8.5", func.Call(2.5, 3.0, 1.0).ToString());
        Assert.Equal("8.5", $"{func.Call(2.5, 3.0, 1.0).Value}");
    }

    [Fact]
    public void A_call_with_several_results_answers_a_list()
    {
        var divmod = _store.Load("""(module (func (export "divmod") (param i32 i32) (result i32 i32) (i32.div_s (local.get 0) (local.get 1)) (i32.rem_s (local.get 0) (local.get 1))))""").GetFunc("divmod");
        var results = divmod.Call(17, 5);

        Assert.Equal(new Val[] { 3, 2 }, results);
        Assert.Equal("[3, 2]", results.ToString());
        Assert.Equal((3, 2), divmod.Call<int, int, (int, int)>(17, 5));
        Assert.Equal((3u, 2u), divmod.Call<uint, uint, (uint, uint)>(17, 5));
        Assert.Equal("value.wrong_type", Assert.Throws<WasmError>(() => divmod.Call(17, 5).Value).Code);
        Assert.Throws<ArgumentOutOfRangeException>(() => results[2]);
    }

    [Fact]
    public void Results_stay_as_they_were_when_the_function_is_called_again()
    {
        var echo = _store.Load("""(module (func (export "f") (param i32) (result i32) local.get 0))""").GetFunc("f");
        var first = echo.Call(1);
        echo.Call(2);

        Assert.Equal(1, first.Value.AsI32());
    }

    [Fact]
    public void A_tuple_of_seven_types_is_read_in_order()
    {
        var func = _store.Load("""
            (module (func (export "f") (param i32 i64) (result i32 i64 f32 f64 i32 v128 i64)
              (local.get 0) (local.get 1) (f32.const 1.5) (f64.const 2.5) (i32.const -1) (v128.const i64x2 5 6) (i64.const -7)))
            """).GetFunc("f");

        Assert.Equal((1, 2L, 1.5f, 2.5, uint.MaxValue, new UInt128(6, 5), -7L), func.Call<int, long, (int, long, float, double, uint, UInt128, long)>(1, 2));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(1000)]
    public void As_many_results_as_a_function_may_have_arrive_in_order(int count)
    {
        string types = string.Concat(Enumerable.Repeat(" i32", count));
        string body = string.Concat(Enumerable.Range(0, count).Select(static i => $" i32.const {i}"));
        var func = _store.Load($"""(module (func (export "f") (result{types}){body}))""").GetFunc("f");

        Assert.Equal(Enumerable.Range(0, count), func.Call().Select(static v => v.AsI32()));
    }

    [Fact]
    public void A_thousand_parameters_arrive_in_order()
    {
        string types = string.Concat(Enumerable.Repeat(" i32", 1000));
        string sum = string.Concat(Enumerable.Range(0, 1000).Select(static i => $" (i64.add (i64.mul (i64.extend_i32_u (local.get {i})) (i64.const {i + 1})))"));
        var func = _store.Load($"""(module (func (export "f") (param{types}) (result i64) (i64.const 0){sum}))""").GetFunc("f");
        object?[] arguments = [.. Enumerable.Range(0, 1000).Select(static i => (object)(i * 3))];

        Assert.Equal(Enumerable.Range(0, 1000).Sum(static i => 3L * i * (i + 1)), func.Call(arguments).Value.AsI64());
    }

    [Fact]
    public void Typed_calls_take_up_to_four_parameters_of_every_number_type()
    {
        var guest = _store.Load("""
            (module
              (func (export "0") (result i32) i32.const 9)
              (func (export "1") (param i64) (result i64) local.get 0)
              (func (export "2") (param i64 f32) (result f32) local.get 1)
              (func (export "3") (param i64 f32 v128) (result v128) local.get 2)
              (func (export "4") (param i64 f32 v128 f64) (result f64) local.get 3))
            """);

        Assert.Equal(9, guest.GetFunc("0").Call<int>());
        Assert.Equal(ulong.MaxValue, guest.GetFunc("1").Call<ulong, ulong>(ulong.MaxValue));
        Assert.Equal(1.5f, guest.GetFunc("2").Call<long, float, float>(1, 1.5f));
        Assert.Equal(UInt128.MaxValue - 1, guest.GetFunc("3").Call<long, float, UInt128, UInt128>(1, 2, UInt128.MaxValue - 1));
        Assert.Equal(2.5, guest.GetFunc("4").Call<long, float, UInt128, double, double>(1, 2, 3, 2.5));
    }

    [Fact]
    public void A_typed_call_of_other_types_names_both()
    {
        var guest = _store.Load("""(module (func (export "f") (param i32 i64) (result i32) local.get 0) (func (export "r") (param externref)))""");
        var func = guest.GetFunc("f");

        foreach (var call in new Action[]
        {
            () => func.Call<int, int, int>(1, 2),
            () => func.Call<int, long, long>(1, 2),
            () => func.Call<int, int>(1),
            () => func.Call<int, long, Nothing>(1, 2),
            () => func.Call<int, long, (int, int)>(1, 2),
            () => func.Call<int, long, string>(1, 2),
            () => func.Call<int, long, long, int>(1, 2, 3),
            () => guest.GetFunc("r").Call<int, Nothing>(1),
        })
        {
            Assert.Equal("call.bad_signature", Assert.Throws<WasmError>(call).Code);
        }

        string message = Assert.Throws<WasmError>(() => func.Call<int, int, int>(1, 2)).Message;
        Assert.StartsWith("A typed call of (Int32, Int32) -> (Int32) does not fit the function's type (i32, i64) -> (i32)", message, StringComparison.Ordinal);
        Assert.Equal(1, func.Call<int, long, int>(1, 2));
    }
}
