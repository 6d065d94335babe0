using Akka.Actor;
using WasmActors.Actors.Dispatch;

namespace WasmActors.Actors.Tests.Dispatch;

/// <summary>In which order stores that have ended give back what they hold, and how many may wait for that.</summary>
public sealed class LeavingStoresTests
{
    private readonly ManualClock _clock = new();
    private readonly LeavingStores _stores;

    public LeavingStoresTests() => _stores = new LeavingStores(_clock);

    [Fact]
    public void They_leave_in_the_order_of_coming()
    {
        Assert.False(_stores.Any);
        Assert.False(_stores.TryTake(out _));
        LeavingStore[] stores = [new(ActorRefs.Nobody), new(ActorRefs.Nobody)];
        Assert.All(stores, store => Assert.True(_stores.TryAdd(store)));
        Assert.True(_stores.Any);
        foreach (var store in stores)
        {
            Assert.True(_stores.TryTake(out var taken));
            Assert.Same(store, taken);
        }

        Assert.False(_stores.Any);
    }

    [Fact]
    public void Those_that_no_thread_comes_to_are_known()
    {
        LeavingStore[] stores = [new(ActorRefs.Nobody), new(ActorRefs.Nobody)];
        Assert.True(_stores.TryAdd(stores[0]));
        _clock.AdvancePast(TimeSpan.FromMilliseconds(500));
        Assert.True(_stores.TryAdd(stores[1]));
        Assert.False(_stores.TryTakeLate(out _));

        _clock.AdvancePast(TimeSpan.FromMilliseconds(500));
        Assert.True(_stores.TryTakeLate(out var late));
        Assert.Same(stores[0], late);
        Assert.False(_stores.TryTakeLate(out _));
    }

    [Fact]
    public void Only_so_many_wait()
    {
        for (int i = 0; i < LeavingStores.Most; i++)
        {
            Assert.True(_stores.TryAdd(new LeavingStore(ActorRefs.Nobody)));
        }

        Assert.False(_stores.TryAdd(new LeavingStore(ActorRefs.Nobody)));
        Assert.True(_stores.TryTake(out _));
        Assert.True(_stores.TryAdd(new LeavingStore(ActorRefs.Nobody)));
    }
}
