using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Dispatch;

namespace WasmActors.Actors.Tests.Dispatch;

/// <summary>In which order guests that have outlived their time slice go on.</summary>
public sealed class PausedGuestsTests
{
    private static readonly TimeSpan s_aging = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(1);

    private readonly ManualClock _clock = new();
    private readonly PausedGuests _paused;
    private readonly Tenant _tenant = new("", 1);

    public PausedGuestsTests() => _paused = NewPaused(new GuestExecutorSettings(2, 1, s_aging));

    [Fact]
    public void A_guest_that_has_had_few_slices_goes_on_soon()
    {
        var guest = NewGuest(yields: 1);

        Assert.False(_paused.Add(guest));
        Assert.False(_paused.HasLater);
        Assert.False(_paused.TryTakeLater(out _));
        Assert.True(TryTakeSoon(out var taken));
        Assert.Same(guest, taken);
        Assert.False(TryTakeSoon(out _));
    }

    [Fact]
    public void A_guest_that_has_had_many_sinks_to_the_background()
    {
        var guest = NewGuest(yields: 2, milliseconds: 1);

        Assert.True(_paused.Add(guest));
        Assert.True(_paused.HasLater);
        Assert.False(TryTakeSoon(out _));
        Assert.True(_paused.TryTakeLater(out var taken));
        Assert.Same(guest, taken);
        Assert.False(_paused.HasLater);
    }

    [Fact]
    public void A_guest_that_has_hardly_had_a_processor_in_its_slices_does_not_sink()
    {
        // On a machine that others keep busy, the clock ticks and the guest stands still.
        var paused = NewPaused(new GuestExecutorSettings(2, 1_000, s_aging));
        var guest = NewGuest(yields: 1_001);

        Assert.False(paused.Add(guest));
        Ran(guest, milliseconds: 500); // half of what a thousand slices of a millisecond allow
        Assert.True(paused.Add(guest));
    }

    [Fact]
    public void In_the_background_the_tenant_that_has_had_least_goes_first()
    {
        var other = new Tenant("other", 1);
        GuestPlace[] flood = [.. Enumerable.Range(0, 3).Select(_ => NewGuest(yields: 2, milliseconds: 100))];
        var single = NewGuest(yields: 2, milliseconds: 150, other);
        Add(flood);
        Add(single);

        // The flood has had 300 ms, the other 150.
        Assert.Equal([single], TakeLater(1));
        Ran(single, milliseconds: 10);
        Add(single);
        Assert.Equal([single], TakeLater(1));
        Ran(single, milliseconds: 500);
        Add(single);
        GuestPlace[] taken = [.. TakeLater(4)];
        Assert.Same(single, taken[3]);
        Assert.Equal(flood.ToHashSet(), taken[..3].ToHashSet());
    }

    [Fact]
    public void Those_that_go_on_soon_take_turns_by_what_their_tenants_have_had()
    {
        GuestPlace[] flood = [.. Enumerable.Range(0, 3).Select(_ => NewGuest(yields: 1))];
        var single = NewGuest(yields: 1, tenant: new Tenant("other", 1));
        foreach (var guest in flood)
        {
            Assert.False(_paused.Add(guest));
        }

        _paused.Charge(_tenant, 1_000_000);
        Assert.False(_paused.Add(single));
        Assert.True(TryTakeSoon(out var taken));
        Assert.Same(single, taken);
        foreach (var guest in flood)
        {
            Assert.True(TryTakeSoon(out taken));
            Assert.Same(guest, taken);
        }
    }

    [Fact]
    public void Those_that_go_on_soon_keep_the_order_in_which_they_came()
    {
        var guests = Enumerable.Range(0, 3).Select(_ => NewGuest(yields: 1)).ToArray();
        foreach (var guest in guests)
        {
            _paused.Add(guest);
        }

        foreach (var guest in guests)
        {
            Assert.True(TryTakeSoon(out var taken));
            Assert.Same(guest, taken);
        }
    }

    [Fact]
    public void In_the_background_who_has_had_least_processor_time_goes_first()
    {
        var much = NewGuest(yields: 2, milliseconds: 100);
        var least = NewGuest(yields: 2, milliseconds: 300); // before it came, which is none of the background's
        var some = NewGuest(yields: 2, milliseconds: 200);
        Add(much, least, some);
        Assert.Equal([much, least, some], TakeLater(3));
        Ran(much, milliseconds: 30);
        Ran(least, milliseconds: 10);
        Ran(some, milliseconds: 20);
        Add(much, least, some);

        Assert.Equal([least, some, much], TakeLater(3));
    }

    [Fact]
    public void Who_has_had_the_same_goes_on_in_the_order_of_coming()
    {
        var guests = Enumerable.Range(0, 3).Select(_ => NewGuest(yields: 2, milliseconds: 100)).ToArray();
        Add(guests);
        Assert.Equal(guests, TakeLater(3));
    }

    [Fact]
    public void Who_comes_late_has_no_claim_to_what_others_had_before()
    {
        var old = NewGuest(yields: 2, milliseconds: 10_000);
        Add(old);
        Assert.Equal([old], TakeLater(1));

        // Both go on: the newcomer is not to have ten seconds before the other gets its next slice.
        var late = NewGuest(yields: 2, milliseconds: 1);
        Add(late);
        Ran(old, milliseconds: 1);
        Add(old);
        Assert.Equal([late], TakeLater(1));
        Ran(late, milliseconds: 2);
        Add(late);
        Assert.Equal([old, late], TakeLater(2));
    }

    [Fact]
    public void Who_was_away_has_no_claim_to_what_others_had_meanwhile()
    {
        var away = NewGuest(yields: 2, milliseconds: 100);
        var busy = NewGuest(yields: 2, milliseconds: 200);
        Add(away, busy);
        Assert.Equal([away, busy], TakeLater(2));

        // One waits for an import, and the other has the processor for a minute.
        Ran(busy, milliseconds: 60_000);
        Add(busy);
        Assert.Equal([busy], TakeLater(1));
        Ran(busy, milliseconds: 1);
        Add(busy, away);
        Assert.Equal([away], TakeLater(1));
        Ran(away, 2 * (int)s_aging.TotalMilliseconds);
        Add(away);
        Assert.Equal([busy, away], TakeLater(2));
    }

    [Fact]
    public void One_that_has_waited_too_long_goes_first_and_then_none_for_half_of_that_time()
    {
        var first = NewGuest(yields: 1);
        var second = NewGuest(yields: 1);
        Assert.False(_paused.Add(first));
        Assert.False(_paused.Add(second));
        Assert.False(_paused.TryTakeAged(out _, out _));

        _clock.AdvancePast(s_aging);
        Assert.True(_paused.TryTakeAged(out var taken, out bool wasSoon));
        Assert.Same(first, taken);
        Assert.True(wasSoon);
        _paused.AgedEnded();
        Assert.False(_paused.TryTakeAged(out _, out _));

        _clock.AdvancePast((s_aging / 2) - TimeSpan.FromMilliseconds(2));
        Assert.False(_paused.TryTakeAged(out _, out _));
        _clock.AdvancePast(TimeSpan.FromMilliseconds(1));
        Assert.True(_paused.TryTakeAged(out taken, out _));
        Assert.Same(second, taken);
        _paused.AgedEnded();

        _clock.AdvancePast(s_aging);
        Assert.False(_paused.TryTakeAged(out _, out _)); // nobody is left
    }

    [Fact]
    public void After_a_long_turn_of_one_that_had_waited_too_long_the_next_waits_four_times_as_long()
    {
        Add(NewGuest(yields: 2, milliseconds: 100), NewGuest(yields: 2, milliseconds: 200), NewGuest(yields: 2, milliseconds: 300));
        _clock.AdvancePast(s_aging);
        Assert.True(_paused.HasAged);
        Assert.True(_paused.TryTakeAged(out _, out _));

        // What nothing interrupts takes longer than there would be to the next one; no second one begins meanwhile.
        _clock.AdvancePast(s_aging * 2);
        Assert.False(_paused.HasAged);
        Assert.False(_paused.TryTakeAged(out _, out _));
        _paused.AgedEnded();
        _clock.AdvancePast(s_aging * 7);
        Assert.False(_paused.TryTakeAged(out _, out _));
        _clock.AdvancePast(s_aging * 2);
        Assert.True(_paused.HasAged);
        Assert.True(_paused.TryTakeAged(out _, out _));
    }

    [Fact]
    public void One_whose_turn_does_not_end_keeps_the_next_waiting_for_a_while_only()
    {
        Add(NewGuest(yields: 2, milliseconds: 100), NewGuest(yields: 2, milliseconds: 200));
        _clock.AdvancePast(s_aging);
        Assert.True(_paused.TryTakeAged(out _, out _));

        _clock.AdvancePast(s_aging * 19);
        Assert.False(_paused.TryTakeAged(out _, out _));
        _clock.AdvancePast(s_aging);
        Assert.True(_paused.TryTakeAged(out _, out _));
    }

    [Fact]
    public void A_guest_with_few_slices_of_a_tenant_whose_guests_keep_on_is_not_for_every_worker()
    {
        var other = new Tenant("other", 1);
        var lasting = NewGuest(yields: 1);
        var single = NewGuest(yields: 1, tenant: other);
        Add(NewGuest(yields: 2, milliseconds: 100));
        Assert.False(_paused.Add(lasting));
        long now = _clock.GetTimestamp();
        Assert.False(_paused.HasSoon(now, Among.Short));
        Assert.False(_paused.TryTakeSoon(now, Among.Short, out _, out _));

        Assert.False(_paused.Add(single));
        Assert.True(_paused.TryTakeSoon(now, Among.Short, out var taken, out bool lasts));
        Assert.Same(single, taken);
        Assert.False(lasts);
        Assert.True(_paused.TryTakeSoon(now, Among.All, out taken, out lasts));
        Assert.Same(lasting, taken);
        Assert.True(lasts);
    }

    [Fact]
    public void A_guest_whose_few_slices_took_as_much_as_many_sinks_to_the_background()
    {
        var paused = NewPaused(new GuestExecutorSettings(2, 3, s_aging));
        Assert.False(paused.Add(NewGuest(yields: 2, milliseconds: 3)));
        Assert.True(paused.Add(NewGuest(yields: 2, milliseconds: 4)));
    }

    [Fact]
    public void The_background_has_waited_too_long_when_none_of_it_had_a_turn()
    {
        var first = NewGuest(yields: 2, milliseconds: 100);
        var second = NewGuest(yields: 2, milliseconds: 200);
        var third = NewGuest(yields: 2, milliseconds: 300);
        _clock.AdvancePast(s_aging * 10); // waiting begins with who waits
        Add(first, second, third);
        Assert.False(_paused.TryTakeAged(out _, out _));

        _clock.AdvancePast(s_aging - TimeSpan.FromMilliseconds(2));
        Assert.Equal([first], TakeLater(1));
        _clock.AdvancePast(s_aging - TimeSpan.FromMilliseconds(2));
        Assert.False(_paused.TryTakeAged(out _, out _));
        _clock.AdvancePast(TimeSpan.FromMilliseconds(1));
        Assert.True(_paused.TryTakeAged(out var taken, out bool wasSoon));
        Assert.Same(second, taken);
        Assert.False(wasSoon);
        Assert.False(_paused.TryTakeAged(out _, out _));
    }

    [Fact]
    public void A_thousand_guests_have_their_first_slices_within_seconds_though_the_workers_are_never_idle()
    {
        GuestPlace[] guests = [.. Enumerable.Range(0, 1_000).Select(_ => NewGuest(yields: 1))];
        foreach (var guest in guests)
        {
            Assert.False(_paused.Add(guest));
        }

        int turns = Simulate(TimeSpan.FromSeconds(6), background: TimeSpan.Zero);
        Assert.All(guests, static g => Assert.True(g.Yields >= 2));
        Assert.InRange(turns, 1_000, 1_200); // of 6,000 that one worker has
    }

    [Fact]
    public void A_thousand_guests_in_the_background_all_get_on_alike_though_its_threads_have_little_of_a_processor()
    {
        GuestPlace[] guests = [.. Enumerable.Range(0, 1_000).Select(i => NewGuest(yields: 2, milliseconds: 1 + (i % 4)))];
        Add(guests);
        Simulate(TimeSpan.FromSeconds(5), background: TimeSpan.FromMilliseconds(14));
        var before = guests.ToDictionary(static g => g, static g => g.ProcessorTime);

        int turns = Simulate(TimeSpan.FromSeconds(30), background: TimeSpan.FromMilliseconds(14));
        double[] had = [.. guests.Select(g => (g.ProcessorTime - before[g]).TotalMilliseconds).Order()];
        Assert.True(had[0] > 0 && had[^1] <= 2 * had[0], $"from {had[0]} to {had[^1]} ms");
        Assert.InRange(turns, 0, 6_000); // a fifth of one worker
    }

    [Fact]
    public void Few_guests_that_have_waited_too_long_go_before_new_messages_no_more_often_than_each_25_ms()
    {
        for (int i = 0; i < 100; i++)
        {
            Assert.False(_paused.Add(NewGuest(yields: 1)));
        }

        Assert.InRange(Simulate(TimeSpan.FromSeconds(2), background: TimeSpan.Zero), 75, 80);
    }

    // Workers that new messages keep busy; each slice takes a millisecond. The background's threads come to one each so often. Returns turns that went before new messages.
    private int Simulate(TimeSpan time, TimeSpan background)
    {
        int turns = 0;
        long start = _clock.GetTimestamp();
        long lastBackground = start;
        while (_clock.GetElapsedTime(start) < time)
        {
            if (background > TimeSpan.Zero && _clock.GetElapsedTime(lastBackground) >= background && _paused.TryTakeLater(out var later))
            {
                lastBackground = _clock.GetTimestamp();
                Ran(later, milliseconds: 1);
                _paused.Add(later);
            }

            bool aged = _paused.TryTakeAged(out var place, out _);
            _clock.AdvancePast(TimeSpan.Zero); // which is a millisecond
            if (aged)
            {
                turns++;
                Ran(place!, milliseconds: 1);
                _paused.AgedEnded();
                _paused.Add(place!);
            }
        }

        return turns;
    }

    private PausedGuests NewPaused(GuestExecutorSettings settings) => new(settings, new Reserve(settings.Parallelism, settings.Reserve, s_aging * 2, _clock), _clock);

    private bool TryTakeSoon([NotNullWhen(true)] out GuestPlace? guest) => _paused.TryTakeSoon(Reserve.Never, Among.All, out guest, out _);

    private static void Ran(GuestPlace guest, int milliseconds) =>
        guest.With(guest.Yields + 1, guest.ProcessorTime + TimeSpan.FromMilliseconds(milliseconds), s_tick);

    // A guest that has yielded so often, and has had so much of a processor.
    private GuestPlace NewGuest(int yields, int milliseconds = 0, Tenant? tenant = null) =>
        new GuestPlace(ActorRefs.Nobody, tenant ?? _tenant).With(yields, TimeSpan.FromMilliseconds(milliseconds), s_tick);

    private void Add(params GuestPlace[] guests)
    {
        foreach (var guest in guests)
        {
            Assert.True(_paused.Add(guest));
        }
    }

    private IEnumerable<GuestPlace> TakeLater(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.True(_paused.TryTakeLater(out var guest));
            yield return guest;
        }
    }
}
