using WasmActors.Actors.Admission;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Admission;

/// <summary>Guests that grow on a machine that is small: it is not exceeded, and nobody's growth stands against another tenant's.</summary>
[Collection(Alone.Name)]
public sealed class GuestGrowthTests
{
    private const long MiB = 1 << 20;
    private const long Machine = 400 * MiB;
    private const long Margin = 16 * MiB;
    private const int PagesOf16MiB = 256;

    // grow: grows by pages and touches all of it; 1 if it could.
    private const string Grower = """
        (module
          (memory (export "memory") 1)
          (func (export "grow") (param $pages i32) (result i32)
            (local $from i32)
            (local.set $from (i32.mul (memory.size) (i32.const 65536)))
            (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1)) (then (return (i32.const 0))))
            (memory.fill (local.get $from) (i32.const 1) (i32.mul (local.get $pages) (i32.const 65536)))
            (i32.const 1))
          (func (export "size") (result i32) (memory.size)))
        """;

    private readonly long _residentBefore = Resident();
    private long _most;

    public static TheoryData<bool> Both => [true, false];

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Guests_that_grow_at_the_same_time_get_minus_one_before_the_machine_is_full(bool reserves)
    {
        await using var host = await StartAsync(reserves);
        var module = await host.LoadTextAsync(Grower);
        var instances = new List<InstanceRef>();
        for (int i = 0; i < 60; i++)
        {
            instances.Add(await (await host.CreateStoreAsync()).InstantiateAsync(module));
        }

        int[] grown = await Task.WhenAll(instances.Select(static i => i.GetFunc("grow").CallAsync<int, int>(PagesOf16MiB).AsTask()));
        Assert.InRange(grown.Sum(), 10, 24); // of 400 MiB, without margins and the last eighth: 322
        Assert.InRange(Most(), 150 * MiB, Machine - Margin);

        // Those that were refused are as they were; what others return is for them.
        var small = instances[Array.IndexOf(grown, 0)];
        Assert.Equal(1, await small.GetFunc("size").CallAsync<int>());
        await Task.WhenAll(instances.Where((_, i) => grown[i] == 1).Select(static i => i.Store.StopAsync().AsTask()));
        await Expect.ConditionAsync(() => host.Admission.Memory.Granted == 0, "all was returned");
        await Expect.ConditionAsync(async () => await small.GetFunc("grow").CallAsync<int, int>(PagesOf16MiB) == 1, "it grows now");
    }

    [SkippableFact]
    public async Task One_tenants_growth_refuses_neither_another_tenants_growth_nor_its_stores()
    {
        await using var host = await StartAsync(reserves: true);
        var module = await host.LoadTextAsync(Grower);
        for (int i = 0; i < 40; i++)
        {
            var greedy = await (await host.CreateStoreAsync(new StoreSpec { Tenant = "greedy" })).InstantiateAsync(module);
            await greedy.GetFunc("grow").CallAsync<int, int>(PagesOf16MiB);
        }

        for (int i = 0; i < 2; i++)
        {
            var modest = await (await host.CreateStoreAsync(new StoreSpec { Tenant = $"modest {i}" })).InstantiateAsync(module);
            Assert.Equal(1, await modest.GetFunc("grow").CallAsync<int, int>(PagesOf16MiB / 2));
        }

        Assert.InRange(Most(), 150 * MiB, Machine - Margin);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Idle_stores_return_theirs_first(bool reserves)
    {
        await using var host = await StartAsync(reserves);
        var module = await host.LoadTextAsync(Grower);
        for (int i = 0; i < 60; i++)
        {
            var store = await host.CreateStoreAsync(new StoreSpec { PassivateAfter = Timeout.InfiniteTimeSpan });
            var instance = await store.InstantiateAsync(module);
            // The idle stores end while the guest runs. A guest that is faster than they are is refused, and may try again.
            await Expect.ConditionAsync(async () => await instance.GetFunc("grow").CallAsync<int, int>(PagesOf16MiB / 2) == 1, "it grows");
        }

        Assert.InRange(Most(), 100 * MiB, Machine - Margin);
    }

    [SkippableFact]
    public async Task Growth_by_the_host_and_instances_that_begin_large_are_host_full()
    {
        await using var host = await StartAsync(reserves: true);
        var store = await host.CreateStoreAsync(new StoreSpec { Options = new() { Limits = new() { MemoryBytes = 1 << 30 } } });
        var memory = (await store.InstantiateAsync(await host.LoadTextAsync(Grower))).GetMemory();
        var error = await Expect.ErrorAsync(ErrorCode.HostFull, () => memory.GrowAsync(400 * 16).AsTask());
        Assert.Contains("A guest needs 407,616 KiB more of memory: ", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.RetryAfter);

        var large = await host.LoadTextAsync("(module (memory 2400))"); // 150 MiB
        await store.InstantiateAsync(large);
        var third = await host.CreateStoreAsync();
        await third.InstantiateAsync(large);
        await Expect.ErrorAsync(ErrorCode.HostFull, async () => await (await host.CreateStoreAsync()).InstantiateAsync(large));
        await third.StopAsync();
        await Expect.ConditionAsync(() => host.Admission.Memory.Granted < 200 * MiB, "it was returned");
        await (await host.CreateStoreAsync()).InstantiateAsync(large);
    }

    private long Taken() => Resident() - _residentBefore;

    private static long Resident() => SystemMemory.Read()?.Resident ?? 0;

    private long Most() => _most = Math.Max(_most, Taken());

    private Task<WasmHost> StartAsync(bool reserves)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only on Linux is growth admitted.");
        return WasmHost.StartAsync(HostFixture.Options with
        {
            Engine = HostFixture.Options.Engine with { ReserveMemory = reserves },
            Admission = new AdmissionOptions { MemoryMarginBytes = Margin, Machine = Read },
        });
    }

    // A machine with nothing in it but what this process took since.
    private MemoryReading? Read()
    {
        Most();
        return new(Math.Max(0, Machine - Taken()), Machine, Resident());
    }
}
