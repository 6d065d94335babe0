using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Handles;

public class HostFunctionTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Forwarder = """
        (module
          (import "env" "f" (func $f (param i32 i64) (result i32 i64)))
          (func (export "g") (param i32 i64) (result i32 i64) (call $f (local.get 0) (local.get 1))))
        """;

    private static readonly FuncType s_pair = new([ValType.I32, ValType.I64], [ValType.I32, ValType.I64]);

    [Fact]
    [Trait("Row", "1")]
    public async Task A_host_function_is_made_from_a_delegate_over_plain_numbers()
    {
        var func = await NewFuncAsync(null, (int a, int b) => a * b);

        Assert.Equal(new FuncType([ValType.I32, ValType.I32], [ValType.I32]), func.Type);
        Assert.Equal(42, await func.CallAsync<int, int, int>(6, 7));
    }

    [Fact]
    [Trait("Row", "1")]
    public async Task A_host_function_may_take_and_return_values()
    {
        var func = await NewFuncAsync(s_pair, new Func<Val[], Val[]>(args => [args[0].AsI32() + 1, args[1].AsI64() + 2]));

        Assert.Equal([Val.I32(2), Val.I64(3)], await func.CallAsync(1, 1L));
    }

    [Fact]
    [Trait("Row", "1")]
    public async Task A_host_function_may_return_nothing_or_several_results()
    {
        var seen = 0;
        var nothing = await NewFuncAsync(null, (int a) => { seen = a; });
        var several = await NewFuncAsync(null, (int a) => (a, (long)a, a / 2f, a / 4d));

        Assert.Empty(await nothing.CallAsync(9));
        Assert.Equal(9, seen);
        Assert.Equal((3, 3L, 1.5f, 0.75d), await several.CallAsync<int, (int, long, float, double)>(3));
    }

    [Fact]
    [Trait("Row", "1")]
    public async Task A_host_function_gets_the_caller_only_when_it_wants_it()
    {
        var store = await fixture.Host.CreateStoreAsync(new() { Options = new() { Data = "mine" } });
        var type = new FuncType([ValType.I32], [ValType.I32]);

        var with = await store.CreateFuncAsync(type, (Runtime.Imports.WasmCaller caller, int n) => ((string)caller.Data!).Length + n, wantsCaller: true);
        var without = await store.CreateFuncAsync(type, (int n) => n);

        Assert.Equal(5, await with.CallAsync<int, int>(1));
        Assert.Equal(1, await without.CallAsync<int, int>(1));
    }

    [Fact]
    [Trait("Row", "1")]
    public async Task A_delegate_that_does_not_fit_its_type_is_refused_naming_function_and_types()
    {
        var store = await fixture.Host.CreateStoreAsync();

        var error = await Expect.ErrorAsync(ErrorCode.HostBadSignature, store.CreateFuncAsync(s_pair, (int a) => a, name: "half"));

        Assert.Equal("Host function 'half' does not fit its type (i32, i64) -> (i32, i64): it takes 1 parameter(s) where the type has 2.", error.Message);
    }

    [Fact]
    [Trait("Row", "1")]
    public async Task Too_few_results_of_a_delegate_are_an_error_naming_function_and_types()
    {
        var instance = await ForwardToAsync(new Func<Val[], Val[]>(args => [args[0]]));

        var error = await Expect.ErrorAsync(ErrorCode.HostBadResult, instance.GetFunc("g").CallAsync(1, 2L));

        Assert.Equal("Host function 'pair' must return (i32, i64), but it returned 1 value(s).", error.Message);
    }

    [Fact]
    [Trait("Row", "1")]
    public async Task A_result_of_another_type_is_an_error_naming_function_and_types()
    {
        var instance = await ForwardToAsync(new Func<Val[], Val[]>(args => [args[0], Val.F64(2)]));

        var error = await Expect.ErrorAsync(ErrorCode.HostBadResult, instance.GetFunc("g").CallAsync(1, 2L));

        Assert.Equal("Host function 'pair' must return (i32, i64), but result 2 was f64.", error.Message);
    }

    [Fact]
    [Trait("Row", "8")]
    public async Task A_trap_that_a_host_function_raises_reaches_the_caller_with_code_message_and_backtrace()
    {
        var instance = await fixture.NewAsync(Guests.Worker, Guests.HostImport(_ => throw new Trap("Division by zero")));

        var trap = await Expect.TrapAsync("trap.host", instance.GetFunc("call_host").CallAsync(1));

        Assert.Equal("Division by zero", trap.Message);
        Assert.Equal(TrapCode.Host, trap.TrapCode);
        Assert.Equal("worker", Assert.Single(trap.Frames).ModuleName);
    }

    [Fact]
    [Trait("Row", "8")]
    public async Task A_host_function_may_raise_one_of_the_guests_own_traps()
    {
        var instance = await fixture.NewAsync(Guests.Worker, Guests.HostImport(_ => throw new Trap(TrapCode.IntegerDivideByZero)));

        var trap = await Expect.TrapAsync("trap.integer_divide_by_zero", instance.GetFunc("call_host").CallAsync(1));

        Assert.Equal("integer divide by zero", trap.Message);
    }

    [Fact]
    [Trait("Row", "9")]
    public async Task Any_other_exception_of_a_host_function_is_the_cause_of_the_failure()
    {
        var thrown = new InvalidOperationException("no more ink");
        var instance = await fixture.NewAsync(Guests.Worker, Guests.HostImport(_ => throw thrown));

        var error = await Expect.ErrorAsync(ErrorCode.HostException, instance.GetFunc("call_host").CallAsync<int, int>(1));

        Assert.Same(thrown, error.InnerException);
        Assert.Equal("A host function threw InvalidOperationException: no more ink", error.Message);
        Assert.Equal(3, await instance.GetFunc("add").CallAsync<int, int, int>(1, 2));
    }

    private async Task<FuncRef> NewFuncAsync(FuncType? type, Delegate callback)
    {
        var store = await fixture.Host.CreateStoreAsync();
        return await store.CreateFuncAsync(type, callback);
    }

    private async Task<InstanceRef> ForwardToAsync(Delegate callback)
    {
        var store = await fixture.Host.CreateStoreAsync();
        var func = await store.CreateFuncAsync(s_pair, callback, name: "pair");
        return await store.InstantiateAsync(await fixture.Host.LoadTextAsync(Forwarder), [func]);
    }
}
