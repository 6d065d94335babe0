using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Imports;

namespace WasmActors.Actors.Tests.Handles;

[Trait("Row", "19")]
public class StoreDataTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Module = """
        (module
          (import "env" "host" (func $host (param i32) (result i32)))
          (func (export "run") (param i32) (result i32) (call $host (local.get 0))))
        """;

    [Fact]
    public async Task Data_attached_to_a_store_is_reached_from_the_caller_and_from_outside()
    {
        var set = new ImportSet().Define("env", "host", (WasmCaller caller, int x) => x + ((int[])caller.Data!)[0]);
        var first = await fixture.NewAsync(Module, set, new() { Options = new() { Data = new[] { 10 } } });
        var second = await fixture.NewAsync(Module, set, new() { Options = new() { Data = new[] { 20 } } });

        Assert.Equal(11, await first.GetFunc("run").CallAsync<int, int>(1));
        Assert.Equal(21, await second.GetFunc("run").CallAsync<int, int>(1));
        Assert.Equal(10, ((int[])(await first.Store.GetDataAsync())!)[0]);
    }

    [Fact]
    public async Task Data_can_be_replaced_and_is_null_by_default()
    {
        var instance = await fixture.NewAsync(Module, new ImportSet().Define("env", "host", (WasmCaller caller, int x) => ((string?)caller.Data ?? "").Length + x));
        Assert.Null(await instance.Store.GetDataAsync());

        await instance.Store.SetDataAsync("four");

        Assert.Equal(4, await instance.GetFunc("run").CallAsync<int, int>(0));
        Assert.Equal("four", await instance.Store.GetDataAsync());
    }
}
