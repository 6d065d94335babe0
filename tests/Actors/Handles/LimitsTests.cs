using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Handles;

[Trait("Row", "20")]
public class LimitsTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Grower = """
        (module
          (memory (export "memory") 1)
          (table (export "table") 1 funcref)
          (func (export "grow_memory") (param i32) (result i32) (memory.grow (local.get 0)))
          (func (export "grow_table") (param i32) (result i32) (table.grow (ref.null func) (local.get 0))))
        """;

    [Fact]
    public async Task Memory_grows_to_the_limit_and_no_further()
    {
        var instance = await fixture.NewAsync(Grower, spec: With(new() { MemoryBytes = 2 * 65536 }));

        Assert.Equal(1, await instance.GetFunc("grow_memory").CallAsync<int, int>(1));
        Assert.Equal(-1, await instance.GetFunc("grow_memory").CallAsync<int, int>(1));
        await Expect.ErrorAsync(ErrorCode.MemoryGrowFailed, instance.GetMemory().GrowAsync(1));
    }

    [Fact]
    public async Task A_module_that_begins_above_the_memory_limit_is_refused()
    {
        await Expect.ErrorAsync(ErrorCode.LimitExceeded, () => fixture.NewAsync(Grower, spec: With(new() { MemoryBytes = 0 })));
    }

    [Fact]
    public async Task Tables_grow_to_the_limit_and_no_further()
    {
        var instance = await fixture.NewAsync(Grower, spec: With(new() { TableElements = 3 }));

        Assert.Equal(1, await instance.GetFunc("grow_table").CallAsync<int, int>(2));
        Assert.Equal(-1, await instance.GetFunc("grow_table").CallAsync<int, int>(1));
        await Expect.ErrorAsync(ErrorCode.TableGrowFailed, instance.GetTable("table").GrowAsync(1));
    }

    [Theory]
    [InlineData(1, 9, 9)]
    [InlineData(9, 1, 9)]
    [InlineData(9, 9, 1)]
    public async Task Instances_and_their_memories_and_tables_are_counted(int instances, int memories, int tables)
    {
        var instance = await fixture.NewAsync(Grower, spec: With(new() { Instances = instances, Memories = memories, Tables = tables }));

        await Expect.ErrorAsync(ErrorCode.LimitExceeded, instance.Store.InstantiateAsync(instance.Module));
        Assert.Equal(1, await instance.GetFunc("grow_memory").CallAsync<int, int>(1));
    }

    [Fact]
    public async Task A_memory_or_table_of_the_host_above_the_limit_is_refused()
    {
        var store = await fixture.Host.CreateStoreAsync(With(new() { MemoryBytes = 65536, TableElements = 5 }));

        await store.CreateMemoryAsync(new MemoryType(1));
        await Expect.ErrorAsync(ErrorCode.LimitExceeded, store.CreateMemoryAsync(new MemoryType(2)));
        await store.CreateTableAsync(new TableType(ValType.FuncRef, 5));
        await Expect.ErrorAsync(ErrorCode.LimitExceeded, store.CreateTableAsync(new TableType(ValType.FuncRef, 6)));
    }

    [Fact]
    public async Task Fuel_is_counted_down_and_can_be_filled_up()
    {
        await using var host = await WasmHost.StartAsync(HostFixture.Options with { Engine = new() { Fuel = true } });
        var instance = await host.NewAsync(Guests.Worker, Guests.NoHost, With(new() { Fuel = 1_000 }));

        await instance.GetFunc("add").CallAsync<int, int, int>(1, 2);
        ulong left = await instance.Store.GetFuelAsync();
        Assert.InRange(left, 1ul, 999ul);
        await Expect.TrapAsync("trap.out_of_fuel", instance.GetFunc("spin").CallAsync());
        await instance.Store.SetFuelAsync(500);
        Assert.Equal(3, await instance.GetFunc("add").CallAsync<int, int, int>(1, 2));
        Assert.InRange(await instance.Store.GetFuelAsync(), 1ul, 499ul);
    }

    [Fact]
    public async Task Fuel_on_an_engine_that_does_not_count_it_is_an_error()
    {
        var store = await fixture.Host.CreateStoreAsync();

        await Expect.ErrorAsync(ErrorCode.BadSettings, store.GetFuelAsync());
        await Expect.ErrorAsync(ErrorCode.BadSettings, store.SetFuelAsync(5));
        var error = await Expect.ErrorAsync(ErrorCode.BadSettings, () => fixture.Host.CreateStoreAsync(With(new() { Fuel = 5 })));
        Assert.Equal("StoreLimits.Fuel is set, but the engine does not count fuel: set EngineSettings.Fuel.", error.Message);
    }

    [Fact]
    public async Task A_limit_out_of_range_is_an_error_when_the_store_is_made()
    {
        var error = await Expect.ErrorAsync(ErrorCode.BadSettings, () => fixture.Host.CreateStoreAsync(With(new() { Instances = 0 })));

        Assert.StartsWith("StoreLimits.Instances is 0", error.Message);
    }

    [Fact]
    public async Task The_stores_deadline_ends_a_call_and_a_longer_one_cannot_be_asked_for()
    {
        var instance = await fixture.NewAsync(Guests.Worker, Guests.NoHost, With(new() { Deadline = TimeSpan.FromMilliseconds(500) }));

        var trap = await Expect.DeadlineTrapAsync(() => instance.GetFunc("spin").CallAsync());
        Assert.Equal("The guest was still running at the call's deadline.", trap.Message);
        await Expect.DeadlineTrapAsync(() => instance.GetFunc("spin").CallAsync(TimeSpan.FromHours(1)));
    }

    private static StoreSpec With(StoreLimits limits) => new() { Options = new() { Limits = limits } };
}
