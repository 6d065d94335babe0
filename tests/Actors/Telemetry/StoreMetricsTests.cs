using WasmActors.Actors.Tests.Support;

namespace WasmActors.Actors.Tests.Telemetry;

[Collection(Alone.Name)]
public class StoreMetricsTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Growing = """
        (module (memory (export "memory") 1)
          (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
        """;

    [Fact]
    public async Task Stores_that_live_and_those_that_were_started_are_counted()
    {
        using var measured = new Measurements();
        var first = await fixture.Host.CreateStoreAsync();
        double live = measured.Observe("wasmactors.stores.live");

        var second = await fixture.Host.CreateStoreAsync();
        Assert.Equal(live + 1, measured.Observe("wasmactors.stores.live"));
        await second.StopAsync();
        await first.StopAsync();

        await Expect.ConditionAsync(() => measured.Observe("wasmactors.stores.live") == live - 1, "two stores fewer live");
        Assert.Equal(2, measured.Sum("wasmactors.stores.started"));
    }

    [Fact]
    public async Task A_replaced_store_is_counted_as_replaced_and_lives_on()
    {
        var instance = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        using var measured = new Measurements();
        double live = measured.Observe("wasmactors.stores.live");

        await Expect.DeadlineTrapAsync(() => instance.GetFunc("spin").CallAsync(TimeSpan.FromMilliseconds(20)));
        await instance.GetFunc("next").CallAsync();

        Assert.Equal(1, measured.Sum("wasmactors.stores.replaced"));
        Assert.Equal(0, measured.Sum("wasmactors.stores.started"));
        Assert.Equal(live, measured.Observe("wasmactors.stores.live"));
    }

    [Fact]
    public async Task Guests_memory_is_followed_as_it_grows_counted_once_and_gone_with_the_store()
    {
        using var measured = new Measurements();
        double before = measured.Observe("wasmactors.guest.memory");
        var store = await fixture.Host.CreateStoreAsync();
        var made = await store.CreateMemoryAsync(new(2, null));
        var map = new WasmActors.Actors.Imports.ImportMap().Define("env", "memory", made);
        await store.InstantiateAsync(await fixture.Host.LoadTextAsync("""(module (import "env" "memory" (memory 1)) (export "again" (memory 0)))"""), map);
        var growing = await store.InstantiateAsync(await fixture.Host.LoadTextAsync(Growing));
        Assert.Equal(before + (3 << 16), measured.Observe("wasmactors.guest.memory"));

        await growing.GetFunc("grow").CallAsync<int, int>(5);
        Assert.Equal(before + (8 << 16), measured.Observe("wasmactors.guest.memory"));

        await store.StopAsync();
        await Expect.ConditionAsync(() => measured.Observe("wasmactors.guest.memory") == before, "the memory has gone");
    }
}
