using Akka.Actor;
using Akka.Configuration;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Stores;

/// <summary>The place in line of a guest that has outlived its time slice is that guest's alone.</summary>
public sealed class PlaceInLineTests : IAsyncLifetime
{
    private const string Spinner = """(module (func (export "spin") (loop $l (br $l))))""";

    private ActorSystem _system = null!;
    private WasmHost _host = null!;

    // One guest at a time, and all in one line, first in, first out.
    public Task InitializeAsync()
    {
        _system = ActorSystem.Create("places", ConfigurationFactory.ParseString(
            "akka.stdout-loglevel = OFF\nwasmactors.dispatcher.guest-executor { parallelism = 1, foreground-slices = 1000000 }"));
        _host = WasmHost.Attach(_system, HostFixture.Options with { StopGrace = TimeSpan.Zero });
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _system.Terminate();
    }

    [Theory]
    [InlineData(FailurePolicy.Replace)]
    [InlineData(FailurePolicy.Keep)]
    public async Task A_guest_that_follows_one_that_was_given_up_gets_no_more_than_its_share(FailurePolicy policy)
    {
        var other = await NewAsync(FailurePolicy.Keep);
        var store = await NewAsync(policy);
        _ = other.GetFunc("spin").CallAsync().AsTask();
        for (int i = 0; i < 8; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var given = store.GetFunc("spin").CallAsync(cancellation.Token).AsTask();
            await SlicesAsync(store, 2);
            await cancellation.CancelAsync();
            await Assert.ThrowsAsync<Trap>(() => Expect.SoonAsync(given));
        }

        _ = store.GetFunc("spin").CallAsync().AsTask();
        long own = await SlicesAsync(store, 1);
        long others = await SlicesAsync(other, 1);
        long ownLater = await SlicesAsync(store, own + 100);
        long othersLater = await SlicesAsync(other, 1);

        // One each in turn; a few more or less because they were not looked at together.
        Assert.InRange(ownLater - own, 1, (2 * (othersLater - others)) + 10);
    }

    [Fact]
    public async Task A_place_that_means_nothing_any_more_is_ignored()
    {
        var store = await NewAsync(FailurePolicy.Keep);
        var add = await _host.NewAsync(Guests.Worker, Guests.NoHost);

        store.Store.Actor.Tell(new GuestPlace(store.Store.Actor, new Tenant("", 1)));
        add.Store.Actor.Tell(new GuestPlace(store.Store.Actor, new Tenant("", 1)));

        Assert.Equal(3, await add.GetFunc("add").CallAsync<int, int, int>(1, 2));
        Assert.Equal(0, (await store.Store.GetStatusAsync()).Slices);
    }

    [Fact]
    public void A_place_keeps_what_its_guest_had_when_it_was_put_in_line()
    {
        using var engine = new Runtime.Modules.WasmEngine();
        using var store = new Runtime.Stores.WasmStore(engine, new() { Mode = ExecutionMode.Preemptive });
        using var module = Runtime.Modules.WasmModule.FromText(engine, Spinner);
        var guest = store.BeginCall(store.Instantiate(module).GetFunc("spin"));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(CallStep.Yielded, guest.Step());
        }

        var place = new GuestPlace(ActorRefs.Nobody, new Tenant("", 1)).For(guest);
        var had = guest.ProcessorTime;
        guest.Drop(new WasmError(ErrorCode.Cancelled, "given up"));
        guest.Dispose();

        Assert.Equal((0, 3, had), (guest.Yields, place.Yields, place.ProcessorTime));
    }

    private static async Task<long> SlicesAsync(InstanceRef instance, long least)
    {
        long slices = 0;
        await Expect.ConditionAsync(() => (slices = instance.Store.GetStatusAsync().AsTask().GetAwaiter().GetResult().Slices) >= least, "it gets on");
        return slices;
    }

    private Task<InstanceRef> NewAsync(FailurePolicy policy) => _host.NewAsync(Spinner, null, new()
    {
        AfterInterrupt = policy,
        Restart = new() { FirstDelay = TimeSpan.Zero },
        Options = new() { Mode = ExecutionMode.Preemptive, Limits = new() { Deadline = TimeSpan.FromMinutes(5) } },
    });
}
