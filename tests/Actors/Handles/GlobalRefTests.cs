using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Handles;

[Trait("Row", "17")]
public class GlobalRefTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Module = """
        (module
          (global (export "count") (mut i64) (i64.const 7))
          (global (export "limit") i32 (i32.const 9))
          (global (export "callback") (mut funcref) (ref.null func))
          (func (export "seven") (result i32) (i32.const 7))
          (func (export "get") (result i64) (global.get 0)))
        """;

    [Fact]
    public async Task A_global_tells_its_type_and_is_read_and_set()
    {
        var instance = await fixture.NewAsync(Module);
        var count = instance.GetGlobal("count");

        Assert.Equal(new GlobalType(ValType.I64, IsMutable: true), count.Type);
        Assert.Equal(Val.I64(7), await count.GetAsync());
        await count.SetAsync(1L << 40);
        Assert.Equal(1L << 40, await instance.GetFunc("get").CallAsync<long>());
        await count.SetAsync(5);
        Assert.Equal(Val.I64(5), await count.GetAsync());
    }

    [Fact]
    public async Task A_constant_cannot_be_set()
    {
        var limit = (await fixture.NewAsync(Module)).GetGlobal("limit");

        var error = await Expect.ErrorAsync(ErrorCode.GlobalImmutable, limit.SetAsync(1));

        Assert.Equal("The global is a constant (global i32): it cannot be set.", error.Message);
    }

    [Fact]
    public async Task A_value_of_another_type_is_an_error()
    {
        var count = (await fixture.NewAsync(Module)).GetGlobal("count");

        var error = await Expect.ErrorAsync(ErrorCode.WrongType, count.SetAsync(1.5));

        Assert.Equal("Value of a global: 1.5 (Double) is no i64, and cannot become one without loss.", error.Message);
    }

    [Fact]
    public async Task A_global_may_hold_a_function()
    {
        var instance = await fixture.NewAsync(Module);
        var callback = instance.GetGlobal("callback");
        Assert.Null((await callback.GetAsync()).AsFunc());

        await callback.SetAsync(instance.GetFunc("seven"));

        Assert.Equal(7, await (await callback.GetAsync()).AsFunc()!.CallAsync<int>());
    }

    [Fact]
    public async Task A_global_made_by_the_host_is_shared_by_the_instances_that_import_it()
    {
        const string Counter = """
            (module
              (import "env" "count" (global $count (mut i32)))
              (func (export "next") (result i32) (global.set $count (i32.add (global.get $count) (i32.const 1))) (global.get $count)))
            """;
        var store = await fixture.Host.CreateStoreAsync();
        var count = await store.CreateGlobalAsync(new GlobalType(ValType.I32, IsMutable: true), 10);
        var module = await fixture.Host.LoadTextAsync(Counter);
        var first = await store.InstantiateAsync(module, [count]);
        var second = await store.InstantiateAsync(module, [count]);

        Assert.Equal(11, await first.GetFunc("next").CallAsync<int>());
        Assert.Equal(12, await second.GetFunc("next").CallAsync<int>());
        Assert.Equal(Val.I32(12), await count.GetAsync());
    }
}
