using Akka.Actor;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Actors.Tests.Dispatch;

/// <summary>In which order guests that have outlived their time slice go on.</summary>
public sealed class PausedGuestsTests : IDisposable
{
    private static readonly TimeSpan s_aging = TimeSpan.FromMilliseconds(50);

    private readonly WasmEngine _engine = new();
    private readonly WasmModule _module;
    private readonly List<WasmStore> _stores = [];
    private readonly ManualClock _clock = new();
    private readonly PausedGuests _paused;
    private readonly Tenant _tenant = new("", 1);

    public PausedGuestsTests()
    {
        _module = WasmModule.FromText(_engine, """(module (func (export "spin") (loop $l (br $l))))""");
        _paused = new PausedGuests(new GuestExecutorSettings(2, 1, s_aging), _clock);
    }

    [Fact]
    public void A_guest_that_has_had_few_slices_goes_on_soon()
    {
        var (store, guest) = NewGuest(yields: 1);

        Assert.False(_paused.Add(store, guest, _tenant));
        Assert.False(_paused.HasLater);
        Assert.False(_paused.TryTakeLater(out _));
        Assert.True(_paused.TryTakeSoon(out var taken));
        Assert.Same(store, taken);
        Assert.False(_paused.TryTakeSoon(out _));
    }

    [Fact]
    public void A_guest_that_has_had_many_sinks_to_the_background()
    {
        var (store, guest) = NewGuest(yields: 2, milliseconds: 1);

        Assert.True(_paused.Add(store, guest, _tenant));
        Assert.True(_paused.HasLater);
        Assert.False(_paused.TryTakeSoon(out _));
        Assert.True(_paused.TryTakeLater(out var taken));
        Assert.Same(store, taken);
        Assert.False(_paused.HasLater);
    }

    [Fact]
    public void A_guest_that_has_hardly_had_a_processor_in_its_slices_does_not_sink()
    {
        // On a machine that others keep busy, the clock ticks and the guest stands still.
        var paused = new PausedGuests(new GuestExecutorSettings(2, 1_000, s_aging), _clock);
        var (store, guest) = NewGuest(yields: 1_001);
        guest.AddProcessorTime(-(long)guest.ProcessorTime.TotalNanoseconds);

        Assert.False(paused.Add(store, guest, _tenant));
        guest.AddProcessorTime(500_000_000); // half of what a thousand slices of a millisecond allow
        Assert.True(paused.Add(store, guest, _tenant));
    }

    [Fact]
    public void In_the_background_the_tenant_that_has_had_least_goes_first()
    {
        var other = new Tenant("other", 1);
        (IActorRef Store, GuestCall Guest)[] flood = [.. Enumerable.Range(0, 3).Select(_ => NewGuest(yields: 2, milliseconds: 100))];
        var single = NewGuest(yields: 2, milliseconds: 150);
        Add(flood);
        Assert.True(_paused.Add(single.Store, single.Guest, other));

        // The flood has had 300 ms, the other 150.
        Assert.Equal([single.Store], TakeLater(1));
        single.Guest.AddProcessorTime(10_000_000);
        Assert.True(_paused.Add(single.Store, single.Guest, other));
        Assert.Equal([single.Store], TakeLater(1));
        single.Guest.AddProcessorTime(500_000_000);
        Assert.True(_paused.Add(single.Store, single.Guest, other));
        IActorRef[] taken = [.. TakeLater(4)];
        Assert.Same(single.Store, taken[3]);
        Assert.Equal(flood.Select(static g => g.Store).ToHashSet(), taken[..3].ToHashSet());
    }

    [Fact]
    public void Those_that_go_on_soon_take_turns_by_what_their_tenants_have_had()
    {
        var other = new Tenant("other", 1);
        (IActorRef Store, GuestCall Guest)[] flood = [.. Enumerable.Range(0, 3).Select(_ => NewGuest(yields: 1))];
        var single = NewGuest(yields: 1);
        foreach (var (store, guest) in flood)
        {
            Assert.False(_paused.Add(store, guest, _tenant));
        }

        _paused.Charge(_tenant, 1_000_000);
        Assert.False(_paused.Add(single.Store, single.Guest, other));
        Assert.True(_paused.TryTakeSoon(out var taken));
        Assert.Same(single.Store, taken);
        foreach (var (store, _) in flood)
        {
            Assert.True(_paused.TryTakeSoon(out taken));
            Assert.Same(store, taken);
        }
    }

    [Fact]
    public void Those_that_go_on_soon_keep_the_order_in_which_they_came()
    {
        var guests = Enumerable.Range(0, 3).Select(_ => NewGuest(yields: 1)).ToArray();
        foreach (var (store, guest) in guests)
        {
            _paused.Add(store, guest, _tenant);
        }

        foreach (var (store, _) in guests)
        {
            Assert.True(_paused.TryTakeSoon(out var taken));
            Assert.Same(store, taken);
        }
    }

    [Fact]
    public void In_the_background_who_has_had_least_processor_time_goes_first()
    {
        var much = NewGuest(yields: 2, milliseconds: 300);
        var least = NewGuest(yields: 2, milliseconds: 100);
        var some = NewGuest(yields: 2, milliseconds: 200);
        Add(much, least, some);

        Assert.Equal([least.Store, some.Store, much.Store], TakeLater(3));
    }

    [Fact]
    public void Who_has_had_the_same_goes_on_in_the_order_of_coming()
    {
        var guests = Enumerable.Range(0, 3).Select(_ => NewGuest(yields: 2, milliseconds: 100)).ToArray();
        foreach (var guest in guests)
        {
            // Its measured time differs, what it is put in order by does not.
            guest.Guest.Handicap = TimeSpan.FromSeconds(1) - guest.Guest.ProcessorTime;
        }

        Add(guests);
        Assert.Equal(guests.Select(static g => g.Store), TakeLater(3));
    }

    [Fact]
    public void Who_comes_late_has_no_claim_to_what_others_had_before()
    {
        var old = NewGuest(yields: 2, milliseconds: 10_000);
        Add(old);
        Assert.Equal([old.Store], TakeLater(1));

        // Both go on: the newcomer is not to have ten seconds before the other gets its next slice.
        var late = NewGuest(yields: 2, milliseconds: 1);
        Add(late);
        old.Guest.AddProcessorTime(1_000_000);
        Add(old);
        Assert.Equal([late.Store], TakeLater(1));
        late.Guest.AddProcessorTime(2_000_000);
        Add(late);
        Assert.Equal([old.Store, late.Store], TakeLater(2));
    }

    [Fact]
    public void Who_was_away_has_no_claim_to_what_others_had_meanwhile()
    {
        var away = NewGuest(yields: 2, milliseconds: 100);
        var busy = NewGuest(yields: 2, milliseconds: 200);
        Add(away, busy);
        Assert.Equal([away.Store, busy.Store], TakeLater(2));

        // One waits for an import, and the other has the processor for a minute.
        busy.Guest.AddProcessorTime(60_000_000_000);
        Add(busy);
        Assert.Equal([busy.Store], TakeLater(1));
        busy.Guest.AddProcessorTime(1_000_000);
        Add(busy, away);
        Assert.Equal([away.Store], TakeLater(1));
        away.Guest.AddProcessorTime(2 * (long)s_aging.TotalNanoseconds);
        Add(away);
        Assert.Equal([busy.Store, away.Store], TakeLater(2));
    }

    [Fact]
    public void One_that_has_waited_too_long_goes_first_and_then_none_for_half_of_that_time()
    {
        var first = NewGuest(yields: 1);
        var second = NewGuest(yields: 1);
        Assert.False(_paused.Add(first.Store, first.Guest, _tenant));
        Assert.False(_paused.Add(second.Store, second.Guest, _tenant));
        Assert.False(_paused.TryTakeAged(out _, out _));

        _clock.Advance(s_aging);
        Assert.True(_paused.TryTakeAged(out var taken, out bool wasSoon));
        Assert.Same(first.Store, taken);
        Assert.True(wasSoon);
        Assert.False(_paused.TryTakeAged(out _, out _));

        _clock.Advance((s_aging / 2) - TimeSpan.FromMilliseconds(2));
        Assert.False(_paused.TryTakeAged(out _, out _));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(_paused.TryTakeAged(out taken, out _));
        Assert.Same(second.Store, taken);

        _clock.Advance(s_aging);
        Assert.False(_paused.TryTakeAged(out _, out _)); // nobody is left
    }

    [Fact]
    public void The_background_has_waited_too_long_when_none_of_it_had_a_turn()
    {
        var first = NewGuest(yields: 2, milliseconds: 100);
        var second = NewGuest(yields: 2, milliseconds: 200);
        var third = NewGuest(yields: 2, milliseconds: 300);
        _clock.Advance(s_aging * 10); // waiting begins with who waits
        Add(first, second, third);
        Assert.False(_paused.TryTakeAged(out _, out _));

        _clock.Advance(s_aging - TimeSpan.FromMilliseconds(2));
        Assert.Equal([first.Store], TakeLater(1));
        _clock.Advance(s_aging - TimeSpan.FromMilliseconds(2));
        Assert.False(_paused.TryTakeAged(out _, out _));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(_paused.TryTakeAged(out var taken, out bool wasSoon));
        Assert.Same(second.Store, taken);
        Assert.False(wasSoon);
        Assert.False(_paused.TryTakeAged(out _, out _));
    }

    public void Dispose()
    {
        _stores.ForEach(static store => store.Dispose());
        _module.Dispose();
        _engine.Dispose();
    }

    private void Add(params (IActorRef Store, GuestCall Guest)[] guests)
    {
        foreach (var (store, guest) in guests)
        {
            Assert.True(_paused.Add(store, guest, _tenant));
        }
    }

    private IEnumerable<IActorRef> TakeLater(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.True(_paused.TryTakeLater(out var store));
            yield return store;
        }
    }

    // A guest that has yielded so often, and is said to have had so much of a processor.
    private (IActorRef Store, GuestCall Guest) NewGuest(int yields, int milliseconds = 0)
    {
        var store = new WasmStore(_engine, new StoreOptions { Mode = ExecutionMode.Preemptive });
        _stores.Add(store);
        var call = store.BeginCall(store.Instantiate(_module).GetFunc("spin"));
        while (call.Yields < yields)
        {
            Assert.Equal(CallStep.Yielded, call.Step());
        }

        call.AddProcessorTime(milliseconds * 1_000_000L);
        return (new Named(_stores.Count), call);
    }

    private sealed class Named(int number) : MinimalActorRef
    {
        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / $"store{number}";

        public override IActorRefProvider Provider => throw new NotSupportedException();
    }
}
