using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Calls;

/// <summary>Calls with C# types instead of values: more than four parameters, references, tuples of more than seven items.</summary>
public sealed class TypedCallTests : IDisposable
{
    private const string Module = """
        (module
          (func (export "sum6") (param i32 i32 i32 i32 i32 i32) (result i32)
            (i32.add (i32.add (local.get 0) (local.get 1)) (i32.add (local.get 2) (i32.add (local.get 3) (i32.add (local.get 4) (local.get 5))))))
          (func (export "last8") (param i32 i64 f32 f64 i32 i64 f32 f64) (result f64) (local.get 7))
          (func (export "nine") (result i32 i32 i32 i32 i32 i32 i32 i64 f64)
            (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6) (i32.const 7) (i64.const 8) (f64.const 9))
          (func $seven (export "seven") (result i32) (i32.const 7))
          (func (export "echo") (param externref i32) (result externref i32) (local.get 0) (local.get 1))
          (func (export "same") (param externref) (result externref) (local.get 0))
          (func (export "func") (param funcref) (result funcref) (local.get 0)))
        """;

    private readonly TestStore _store = new();
    private readonly WasmInstance _instance;

    public TypedCallTests() => _instance = _store.Load(Module);

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_typed_call_takes_up_to_eight_parameters()
    {
        Assert.Equal(21, _instance.GetFunc("sum6").Call<int, int, int, int, int, int, int>(1, 2, 3, 4, 5, 6));
        Assert.Equal(8.5, _instance.GetFunc("last8").Call<int, long, float, double, int, long, float, double, double>(1, 2, 3, 4, 5, 6, 7, 8.5));
    }

    [Fact]
    public void A_typed_call_returns_tuples_of_more_than_seven_items() =>
        Assert.Equal((1, 2, 3, 4, 5, 6, 7, 8L, 9.0), _instance.GetFunc("nine").Call<(int, int, int, int, int, int, int, long, double)>());

    [Fact]
    public void Objects_of_the_host_pass_as_what_they_are()
    {
        Assert.Equal(("text", 5), _instance.GetFunc("echo").Call<string, int, (string, int)>("text", 5));
        Assert.Null(_instance.GetFunc("same").Call<string?, string?>(null));
        Assert.Equal(Val.ExternRef("text"), _instance.GetFunc("same").Call<Val, Val>(Val.ExternRef("text")));
    }

    [Fact]
    public void Functions_pass_as_functions()
    {
        var seven = _instance.GetFunc("seven");
        Assert.Equal(7, _instance.GetFunc("func").Call<WasmFunc, WasmFunc>(seven).Call<int>());
    }

    [Fact]
    public void A_reference_to_an_object_of_another_class_is_an_error_that_names_both()
    {
        var error = Assert.Throws<WasmError>(() => _instance.GetFunc("same").Call<object, Uri>("text"));
        Assert.Equal("value.wrong_type", error.Code);
        Assert.Contains("String", error.Message, StringComparison.Ordinal);
        Assert.Contains("Uri", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Types_that_do_not_fit_are_refused_before_the_call()
    {
        var error = Assert.Throws<WasmError>(() => _instance.GetFunc("same").Call<int, object>(7));
        Assert.Equal("call.bad_signature", error.Code);
    }

    [Fact]
    public void Call_with_null_passes_null_to_the_only_parameter()
    {
        Assert.True(_instance.GetFunc("same").Call(null).Value.IsNull);
        Assert.True(_instance.GetFunc("func").Call(null).Value.IsNull);
    }

    [Fact]
    public void An_array_of_strings_is_one_argument_and_an_array_of_objects_a_list()
    {
        string[] strings = ["a", "b"];
        Assert.Same(strings, _instance.GetFunc("same").Call(strings).Value.AsExternRef());
        Assert.Equal(5, _instance.GetFunc("echo").Call(new object?[] { "a", 5 })[1].AsI32());
    }

    [Fact]
    public void Try_call_returns_a_failure_instead_of_throwing_it()
    {
        var divide = _store.Load("""(module (func (export "f") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1))))""").GetFunc("f");

        Assert.True(divide.TryCall(out var results, out var none, 17, 5));
        Assert.Equal(3, results.Value.AsI32());
        Assert.Null(none);
        Assert.False(divide.TryCall(out results, out var failure, 17, 0));
        Assert.Empty(results);
        Assert.Equal("trap.integer_divide_by_zero", failure.Code);
    }
}
