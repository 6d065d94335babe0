using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Imports;

/// <summary>Row 1: host functions out of delegates.</summary>
[Trait("Row", "1")]
public sealed class HostFunctionTests : IDisposable
{
    private static readonly FuncType s_add = new([ValType.I32, ValType.I32], [ValType.I32]);

    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_delegate_of_plain_numbers_is_a_host_function()
    {
        var add = WasmFunc.FromDelegate(_store.Store, s_add, (int a, int b) => a + b);

        Assert.Equal(8, add.Call(5, 3).Value.AsI32());
        Assert.Equal(8, add.Call<int, int, int>(5, 3));
    }

    [Fact]
    public void A_delegate_of_values_is_a_host_function()
    {
        var add = WasmFunc.FromDelegate(_store.Store, s_add, (Val a, Val b) => Val.I32(a.AsI32() + b.AsI32()));
        var all = WasmFunc.FromDelegate(_store.Store, s_add, (Val[] v) => new[] { Val.I32(v[0].AsI32() * v[1].AsI32()) });

        Assert.Equal(8, add.Call(5, 3).Value.AsI32());
        Assert.Equal(15, all.Call(5, 3).Value.AsI32());
    }

    [Fact]
    public void The_type_follows_from_the_delegate_where_none_is_given()
    {
        var func = HostFunc.Create((WasmCaller _, int a, uint b, long c, ulong d, float e, double f, UInt128 g, object? h, WasmFunc? i) => (a, c, e, f, g));

        Assert.Equal("(i32, i32, i64, i64, f32, f64, v128, externref, funcref) -> (i32, i64, f32, f64, v128)", func.Type.ToString());
        Assert.True(func.WantsCaller);
    }

    [Fact]
    public void A_delegate_may_return_nothing()
    {
        int seen = 0;
        var func = WasmFunc.FromDelegate(_store.Store, new FuncType([ValType.I32], []), (int a) => { seen = a; });

        Assert.Empty(func.Call(7));
        Assert.Equal(7, seen);
        func.Call<int, Nothing>(8);
        Assert.Equal(8, seen);
    }

    public static TheoryData<Delegate> SeveralResults => new()
    {
        (int a, int b) => (a / b, a % b),
        (int a, int b) => new Val[] { a / b, a % b },
        (int a, int b) => new List<Val> { a / b, a % b },
        (int a, int b) => new object[] { a / b, a % b },
        IEnumerable<Val> (int a, int b) => Enumerate(a / b, a % b),
        IReadOnlyList<Val> (int a, int b) => [a / b, a % b],
    };

    [Theory]
    [MemberData(nameof(SeveralResults))]
    public void A_delegate_may_return_several_results_as_a_tuple_or_a_list(Delegate divmod)
    {
        var func = WasmFunc.FromDelegate(_store.Store, new FuncType([ValType.I32, ValType.I32], [ValType.I32, ValType.I32]), divmod);
        var guest = _store.Load(
            """(module (import "host" "f" (func $f (param i32 i32) (result i32 i32))) (func (export "run") (result i32 i32) (call $f (i32.const 17) (i32.const 5))))""",
            HostFunc.Create(func.Type, divmod));

        Assert.Equal("[3, 2]", func.Call(17, 5).ToString());
        Assert.Equal((3, 2), guest.GetFunc("run").Call<(int, int)>());
    }

    [Fact]
    public void Twenty_results_keep_their_order_and_types()
    {
        var types = Enumerable.Range(0, 20).Select(static i => (i % 4) switch { 0 => ValType.I32, 1 => ValType.I64, 2 => ValType.F32, _ => ValType.F64 }).ToArray();
        Val[] values = [.. Enumerable.Range(0, 20).Select(static i => (i % 4) switch { 0 => Val.I32(i), 1 => Val.I64(i), 2 => Val.F32(i), _ => Val.F64(i) })];
        string text = string.Join(' ', types);
        var guest = _store.Load(
            $"""(module (import "host" "f" (func $f (result {text}))) (func (export "run") (result {text}) call $f))""",
            HostFunc.Create(new FuncType([], types), () => values));

        Assert.Equal(values, guest.GetFunc("run").Call());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_wrong_number_of_results_names_the_function_and_both_types(int count)
    {
        var func = HostFunc.Create(new FuncType([], [ValType.I32, ValType.I64]), () => Enumerable.Repeat(Val.I32(1), count).ToArray(), name: "pair");
        var guest = _store.Load("""(module (import "host" "f" (func $f (result i32 i64))) (func (export "run") (result i32 i64) call $f))""", func);

        var error = Assert.Throws<WasmError>(() => guest.GetFunc("run").Call());
        Assert.Equal("host.bad_result", error.Code);
        Assert.Equal($"Host function 'pair' must return (i32, i64), but it returned {count} value(s).", error.Message);
        Assert.Single(error.Frames);
    }

    [Fact]
    public void A_wrong_type_of_a_result_names_the_function_and_both_types()
    {
        AssertBadResult(() => new Val[] { Val.F64(1) }, "result 1 was f64");
        AssertBadResult(() => Val.I64(1), "result 1 was i64");
        AssertBadResult(() => new object?[] { 3.5 }, "result 1 was Double");
        AssertBadResult(() => new object?[] { null }, "result 1 was null");
        AssertBadResult(() => new object?[] { "text" }, "result 1 was String");
        AssertBadResult(Val[]? () => null, "it returned 0 value(s)");
    }

    [Fact]
    public void A_reference_of_another_type_names_the_function()
    {
        const string Text = """
            (module
              (type $a (struct (field i32)))
              (type $b (struct (field i64)))
              (import "host" "f" (func $f (param (ref $a)) (result (ref null $b))))
              (func (export "run") (drop (call $f (struct.new $a (i32.const 1))))))
            """;
        var type = (FuncType)_store.Compile(Text).Imports[0].Type;
        var guest = _store.Load(Text, HostFunc.Create(type, (Val v) => v, name: "swap"));

        var error = Assert.Throws<WasmError>(() => guest.GetFunc("run").Call());
        Assert.Equal("host.bad_result", error.Code);
        Assert.StartsWith("Host function 'swap' must return ((ref null $struct)), but", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<Delegate, string> WrongShapes => new()
    {
        { (int a) => a, "it takes 1 parameter(s) where the type has 2" },
        { (int a, long b) => a, "its parameter 2 is Int64 where the type has i32" },
        { (int a, int b) => (long)a, "its result 1 is Int64 where the type has i32" },
        { (int a, int b) => { }, "it returns 0 value(s) where the type has 1" },
        { (int a, int b) => (a, b), "it returns 2 value(s) where the type has 1" },
        { (int a, int b) => Task.FromResult(a), "it returns a task" },
        { (int a, int b) => ValueTask.FromResult(a), "it returns a task" },
        { ValueTask (int a, int b) => default, "it returns a task" },
        { Task (int a, int b) => Task.CompletedTask, "it returns a task" },
    };

    [Theory]
    [MemberData(nameof(WrongShapes))]
    public void A_delegate_that_does_not_fit_is_refused_by_name(Delegate callback, string why)
    {
        var error = Assert.Throws<WasmError>(() => WasmFunc.FromDelegate(_store.Store, s_add, callback, name: "adder"));
        Assert.Equal("host.bad_signature", error.Code);
        Assert.StartsWith("Host function 'adder' does not fit its type (i32, i32) -> (i32): " + why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_delegate_that_is_async_is_refused()
    {
#pragma warning disable MA0147 // the mistake that this test is about
        Action<int> forgotten = async _ => await Task.Yield();
#pragma warning restore MA0147
        Action<int> plain = _ => { };
        Func<int, Task> awaited = async _ => await Task.Yield();

        foreach (var callback in new Delegate[] { forgotten, plain + forgotten, awaited })
        {
            var error = Assert.Throws<WasmError>(() => HostFunc.Create(new FuncType([ValType.I32], []), callback, name: "later"));
            Assert.Equal(("host.bad_signature", true), (error.Code, error.Message.Contains("'later' is async", StringComparison.Ordinal)));
            Assert.Equal("host.bad_signature", Assert.Throws<WasmError>(() => HostFunc.Create(callback)).Code);
        }
    }

    [Fact]
    public void A_task_is_no_external_reference()
    {
        var type = new FuncType([], [ValType.ExternRef]);
        var func = WasmFunc.FromDelegate(_store.Store, type, object () => Task.CompletedTask);

        Assert.Equal("value.wrong_type", Assert.Throws<WasmError>(() => func.Call()).Code);
    }

    [Fact]
    public void An_array_or_a_tuple_can_be_an_external_reference()
    {
        object[] list = [1, 2];
        object pair = (1, 2);
        var type = new FuncType([], [ValType.ExternRef]);

        Assert.Same(list, WasmFunc.FromDelegate(_store.Store, type, object () => list).Call().Value.AsExternRef());
        Assert.Same(pair, WasmFunc.FromDelegate(_store.Store, type, () => pair).Call().Value.AsExternRef());
    }

    [Fact]
    public void A_function_that_wants_the_caller_takes_it_first()
    {
        var type = new FuncType([ValType.I32], [ValType.I32]);

        Assert.Equal("host.bad_signature", Assert.Throws<WasmError>(() => HostFunc.Create(type, (int a) => a, wantsCaller: true)).Code);
        Assert.Equal("host.bad_signature", Assert.Throws<WasmError>(() => HostFunc.Create(type, (WasmCaller _, int a) => a)).Code);
        Assert.Equal(5, WasmFunc.FromDelegate(_store.Store, type, (WasmCaller _, int a) => a, wantsCaller: true).Call(5).Value.AsI32());
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    [InlineData(2_000_000, false)]
    public void A_function_has_at_most_a_thousand_parameters_and_results(int count, bool allowed)
    {
        var many = Enumerable.Repeat(ValType.I32, count).ToArray();
        if (allowed)
        {
            var func = WasmFunc.FromDelegate(_store.Store, new FuncType(many, many), (Val[] v) => v);
            Val[] values = [.. Enumerable.Range(0, count).Select(Val.I32)];
            Assert.Equal(values, func.CallVals(values));
            return;
        }

        Assert.Equal("host.bad_signature", Assert.Throws<WasmError>(() => HostFunc.Create(new FuncType(many, []), (Val[] _) => { })).Code);
        Assert.Equal("host.bad_signature", Assert.Throws<WasmError>(() => HostFunc.Create(new FuncType([], many), Val[] () => [])).Code);
    }

    private static IEnumerable<Val> Enumerate(params Val[] values)
    {
        foreach (var value in values)
        {
            yield return value;
        }
    }

    private void AssertBadResult(Delegate callback, string what)
    {
        var func = WasmFunc.FromDelegate(_store.Store, new FuncType([], [ValType.I32]), callback, name: "one");
        var error = Assert.Throws<WasmError>(() => func.Call());
        Assert.Equal("host.bad_result", error.Code);
        Assert.Equal($"Host function 'one' must return (i32), but {what}.", error.Message);
    }
}
