using Akka.Actor;
using WasmActors.Actors.Dispatch;

namespace WasmActors.Actors.Tests.Dispatch;

/// <summary>In which order stores that have ended give back what they hold, and how many may wait for that.</summary>
public sealed class LeavingStoresTests
{
    private readonly LeavingStores _stores = new();

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
