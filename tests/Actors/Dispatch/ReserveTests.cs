using WasmActors.Actors.Dispatch;

namespace WasmActors.Actors.Tests.Dispatch;

/// <summary>When a worker is kept free, and for whom.</summary>
public sealed class ReserveTests
{
    private static readonly TimeSpan s_memory = TimeSpan.FromMilliseconds(100);

    private readonly ManualClock _clock = new();
    private readonly LastingGuests _tenant = new();

    [Fact]
    public void Nobodys_guests_keep_on_at_first()
    {
        var reserve = NewReserve(2);
        Assert.Equal(Reserve.Never, reserve.Now);
        Assert.False(_tenant.IsSo(Now));
    }

    [Fact]
    public void A_tenants_guests_keep_on_for_a_while_after_one_went_to_the_background()
    {
        var reserve = NewReserve(2);
        reserve.Lasts(_tenant);
        Assert.Equal(Now, reserve.Now);
        Assert.True(_tenant.IsSo(Now));

        _clock.AdvancePast(s_memory);
        Assert.Equal(Reserve.Never, reserve.Now);
        Assert.False(_tenant.IsSo(Now));
    }

    [Fact]
    public void While_short_calls_come_those_whose_guests_keep_on_have_all_workers_but_one()
    {
        var reserve = NewReserve(3);
        reserve.Lasts(_tenant);
        reserve.HasShort(Now);
        Assert.True(reserve.TryEnter(Now));
        Assert.True(reserve.TryEnter(Now));
        Assert.False(reserve.HasRoom(Now));
        Assert.False(reserve.TryEnter(Now));

        reserve.Leave();
        Assert.True(reserve.HasRoom(Now));
        Assert.True(reserve.TryEnter(Now));
    }

    [Fact]
    public void Without_short_calls_they_have_all()
    {
        var reserve = NewReserve(2);
        reserve.HasShort(Now);
        Assert.True(reserve.TryEnter(Now));
        Assert.False(reserve.HasRoom(Now));

        _clock.AdvancePast(s_memory);
        Assert.True(reserve.HasRoom(Now));
        Assert.True(reserve.TryEnter(Now));
    }

    [Fact]
    public void How_long_it_is_kept_is_known()
    {
        var reserve = NewReserve(2);
        Assert.Equal(TimeSpan.Zero, reserve.KeptFor(Now));
        reserve.Lasts(_tenant);
        reserve.HasShort(Now);
        long until = Now + s_memory.Ticks;
        _clock.AdvancePast(s_memory / 4);
        Assert.Equal(until - Now, reserve.KeptFor(Now).Ticks);

        _clock.AdvancePast(s_memory);
        Assert.Equal(TimeSpan.Zero, reserve.KeptFor(Now));
    }

    [Fact]
    public void Of_one_worker_none_is_kept()
    {
        var reserve = NewReserve(1);
        reserve.HasShort(Now);
        Assert.True(reserve.TryEnter(Now));
        Assert.False(reserve.TryEnter(Now));
    }

    [Fact]
    public void Where_none_is_kept_they_have_all()
    {
        var reserve = NewReserve(2, kept: 0);
        reserve.Lasts(_tenant);
        reserve.HasShort(Now);
        Assert.True(reserve.TryEnter(Now));
        Assert.True(reserve.TryEnter(Now));
    }

    [Fact]
    public void A_tenant_whose_slices_take_much_is_one_whose_guests_keep_on_as_long_as_they_do()
    {
        var reserve = NewReserve(2);
        Assert.False(_tenant.IsMeasured(Now));
        reserve.Deferred(_tenant, Now, TimeSpan.FromMilliseconds(1), null);
        Assert.True(_tenant.IsMeasured(Now));

        reserve.Deferred(_tenant, Now, TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(3));
        Assert.False(_tenant.IsSo(Now));
        reserve.Deferred(_tenant, Now, TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(3));
        Assert.True(_tenant.IsSo(Now));

        _clock.AdvancePast(s_memory / 2);
        Assert.True(_tenant.IsMeasured(Now));
        reserve.Deferred(_tenant, Now, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5));
        _clock.AdvancePast(s_memory / 2);
        Assert.True(_tenant.IsSo(Now));
        _clock.AdvancePast(s_memory / 2);
        Assert.False(_tenant.IsSo(Now));
    }

    [Fact]
    public void What_others_took_of_the_processor_meanwhile_does_not_count()
    {
        var reserve = NewReserve(2);
        for (int i = 0; i < 100; i++)
        {
            reserve.Deferred(_tenant, Now, s_memory, _tenant.IsMeasured(Now) ? TimeSpan.FromMicroseconds(20) : null);
        }

        Assert.False(_tenant.IsSo(Now));
    }

    [Fact]
    public void What_was_measured_a_while_ago_does_not_count()
    {
        var reserve = NewReserve(2);
        for (int i = 0; i < 100; i++)
        {
            reserve.Deferred(_tenant, Now, TimeSpan.FromMilliseconds(1), _tenant.IsMeasured(Now) ? TimeSpan.FromMilliseconds(1) : null);
            _clock.AdvancePast(s_memory / 4);
        }

        Assert.False(_tenant.IsSo(Now));
    }

    [Fact]
    public void A_short_call_in_whose_middle_the_tick_came_is_not_measured()
    {
        var reserve = NewReserve(2);
        reserve.Deferred(_tenant, Now, TimeSpan.FromMicroseconds(20), null);
        Assert.False(_tenant.IsMeasured(Now));
    }

    private long Now => _clock.GetTimestamp();

    private Reserve NewReserve(int workers, int kept = 1) => new(workers, kept, s_memory, _clock);
}
