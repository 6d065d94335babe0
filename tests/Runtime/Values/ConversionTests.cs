using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Values;

/// <summary>Rows 4 and 6: which C# values become which arguments, and what is said about those that do not.</summary>
public sealed class ConversionTests : IDisposable
{
    private readonly TestStore _store = new();
    private readonly WasmInstance _echo;

    public ConversionTests() => _echo = _store.Load("""
        (module
          (func (export "i32") (param i32) (result i32) local.get 0)
          (func (export "i64") (param i64) (result i64) local.get 0)
          (func (export "f32") (param f32) (result f32) local.get 0)
          (func (export "f64") (param f64) (result f64) local.get 0)
          (func (export "v128") (param v128) (result v128) local.get 0)
          (func (export "funcref") (param funcref) (result funcref) local.get 0)
          (func (export "externref") (param externref) (result externref) local.get 0)
          (func (export "anyref") (param anyref) (result anyref) local.get 0)
          (func (export "nonnull") (param (ref extern)))
          (func (export "add") (param i32 i64) (result i32) local.get 0))
        """);

    public void Dispose() => _store.Dispose();

    public static TheoryData<string, object?, object?> Exact => new()
    {
        { "i32", 5, 5 },
        { "i32", int.MinValue, int.MinValue },
        { "i32", (short)-3, -3 },
        { "i32", (sbyte)-3, -3 },
        { "i32", (byte)200, 200 },
        { "i32", (ushort)60000, 60000 },
        { "i32", 3_000_000_000u, -1_294_967_296 },
        { "i32", 7L, 7 },
        { "i32", (long)int.MaxValue, int.MaxValue },
        { "i32", (long)int.MinValue, int.MinValue },
        { "i32", Val.I32(9), 9 },
        { "i64", 5L, 5L },
        { "i64", 5, 5L },
        { "i64", -5, -5L },
        { "i64", 3_000_000_000u, 3_000_000_000L },
        { "i64", ulong.MaxValue, -1L },
        { "i64", Val.I64(9), 9L },
        { "f32", 2.5f, 2.5f },
        { "f32", 2.5, 2.5f },
        { "f32", double.PositiveInfinity, float.PositiveInfinity },
        { "f32", -0.0, -0.0f },
        { "f32", 16_777_216, 16_777_216f },
        { "f32", 1L << 40, (float)(1L << 40) },
        { "f64", 2.5, 2.5 },
        { "f64", 2.5f, 2.5 },
        { "f64", 3, 3.0 },
        { "f64", int.MinValue, (double)int.MinValue },
        { "f64", 1L << 53, (double)(1L << 53) },
        { "f64", uint.MaxValue, (double)uint.MaxValue },
        { "i32", (nint)(-7), -7 },
        { "i64", (nint)(-7), -7L },
        { "f32", 5UL, 5f },
        { "f32", (Half)5, 5f },
        { "f32", 1UL << 63, 9223372036854775808f },
        { "f64", 5UL, 5.0 },
        { "f64", (Half)5, 5.0 },
        { "f64", long.MinValue, -9223372036854775808.0 },
        { "f64", ulong.MaxValue - 2047, 18446744073709549568.0 },
        { "v128", new UInt128(1, 2), new UInt128(1, 2) },
        { "funcref", null, null },
        { "externref", null, null },
        { "externref", "text", "text" },
        { "externref", 5, 5 },
        { "anyref", null, null },
    };

    [Theory]
    [Trait("Row", "4")]
    [MemberData(nameof(Exact))]
    public void What_loses_nothing_is_converted(string type, object? given, object? expected)
    {
        object? returned = _echo.GetFunc(type).Call(given).Value.ToObject();
        Assert.Equal(expected, returned);
        Assert.Equal(expected?.GetType(), returned?.GetType());
    }

    public static TheoryData<string, object?> Lossy => new()
    {
        { "f32", 16_777_217UL },
        { "f64", ulong.MaxValue },
        { "i32", (long)int.MaxValue + 1 },
        { "i32", (long)int.MinValue - 1 },
        { "i32", 1ul },
        { "i32", 1.0 },
        { "i32", 1f },
        { "i32", true },
        { "i32", 'a' },
        { "i32", "1" },
        { "i32", 1m },
        { "i32", null },
        { "i32", Val.I64(1) },
        { "i32", Val.F64(1) },
        { "i64", 1.0 },
        { "i64", Val.I32(1) },
        { "i64", null },
        { "f32", 0.1 },
        { "f32", double.MaxValue },
        { "f32", double.Epsilon },
        { "f32", 16_777_217 },
        { "f32", uint.MaxValue },
        { "f32", long.MaxValue },
        { "f32", Val.F64(1) },
        { "f64", (1L << 53) + 1 },
        { "f64", long.MaxValue },
        { "f64", 1m },
        { "f64", "1" },
        { "v128", 1 },
        { "v128", null },
        { "funcref", "f" },
        { "funcref", Val.ExternRef(null) },
        { "anyref", new object() },
        { "anyref", Val.I32(1) },
        { "nonnull", null },
        { "nonnull", Val.ExternRef(null) },
    };

    [Theory]
    [Trait("Row", "4")]
    [Trait("Row", "6")]
    [MemberData(nameof(Lossy))]
    public void What_would_lose_something_is_refused(string type, object? given)
    {
        var func = _echo.GetFunc(type);
        var error = Assert.Throws<WasmError>(() => func.Call(given));
        Assert.Equal("call.bad_arguments", error.Code);
        Assert.StartsWith($"Argument 1 of {func.Type}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Row", "6")]
    public void A_refusal_states_the_signature_the_position_and_the_value()
    {
        var add = _echo.GetFunc("add");

        Assert.Equal("Argument 2 of (i32, i64) -> (i32): 2.5 (Double) is no i64, and cannot become one without loss.", Refusal(() => add.Call(1, 2.5)));
        Assert.Equal("Argument 1 of (i32, i64) -> (i32): i32 (String) is no i32, and cannot become one without loss.", Refusal(() => add.Call("i32", 2)));
        Assert.Equal("Argument 2 of (i32, i64) -> (i32): 2.5 (f64) is no i64, and cannot become one without loss.", Refusal(() => add.CallVals(1, 2.5)));
        Assert.Equal("(i32, i64) -> (i32) takes 2 arguments, not 1.", Refusal(() => add.Call(1)));
        Assert.Equal("(i32, i64) -> (i32) takes 2 arguments, not 3.", Refusal(() => add.CallVals(1, 2L, 3)));
        Assert.Equal("(i32) -> (i32) takes 1 argument, not 0.", Refusal(() => _echo.GetFunc("i32").Call()));
    }

    [Fact]
    [Trait("Row", "6")]
    public void A_refused_value_is_shown_escaped_and_cut()
    {
        string message = Refusal(() => _echo.GetFunc("i32").Call(new string('\n', 100_000)));

        Assert.DoesNotContain('\n', message);
        Assert.True(message.Length < 300);
    }

    [Fact]
    [Trait("Row", "6")]
    public void A_refused_call_does_not_run()
    {
        int runs = 0;
        var func = WasmFunc.FromDelegate(_store.Store, null, (int _) => { runs++; });

        Assert.Throws<WasmError>(() => func.Call("no"));
        Assert.Throws<WasmError>(() => func.Call());
        Assert.Throws<WasmError>(() => func.Call<long, Nothing>(1));
        Assert.Equal(0, runs);
    }

    [Fact]
    [Trait("Row", "6")]
    public void A_reference_of_another_type_is_refused_with_the_signature()
    {
        var guest = _store.Load("""
            (module
              (type $a (struct (field i32)))
              (type $b (struct (field i64)))
              (type $t (func (param i64)))
              (func (export "a") (result (ref $a)) (struct.new $a (i32.const 1)))
              (func (export "takes_b") (param (ref null $b)))
              (func (export "takes_t") (param (ref null $t)))
              (func (export "t") (param i64)))
            """);
        string message = Refusal(() => guest.GetFunc("takes_b").CallVals(guest.GetFunc("a").Call().Value));

        Assert.StartsWith("An argument of ((ref null $struct)) -> (): ", message, StringComparison.Ordinal);
        Assert.StartsWith("An argument of ((ref null $func)) -> (): ", Refusal(() => guest.GetFunc("takes_t").Call(guest.GetFunc("takes_t"))), StringComparison.Ordinal);
        Assert.Empty(guest.GetFunc("takes_t").Call(guest.GetFunc("t")));
    }

    private static string Refusal(Action call)
    {
        var error = Assert.Throws<WasmError>(call);
        Assert.Equal("call.bad_arguments", error.Code);
        return error.Message;
    }
}
