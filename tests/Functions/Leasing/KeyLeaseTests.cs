using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Leasing;

namespace WasmActors.Functions.Tests.Leasing;

public class KeyLeaseTests
{
    private static readonly TimeSpan s_length = TimeSpan.FromSeconds(3);

    private readonly ManualClock _clock = new();
    private readonly KeyLease _lease;

    public KeyLeaseTests() => _lease = new KeyLease(_clock, s_length);

    [Fact]
    public void It_does_not_hold_before_a_majority_has_confirmed_it() => Assert.False(_lease.Holds);

    [Fact]
    public void It_holds_for_its_length_from_when_the_question_was_sent()
    {
        long asked = _lease.Now;
        _clock.Advance(TimeSpan.FromSeconds(1));
        _lease.Confirm(asked);

        _clock.Advance(TimeSpan.FromSeconds(1.99));
        Assert.True(_lease.Holds);
        _clock.Advance(TimeSpan.FromSeconds(0.01));
        Assert.False(_lease.Holds);
    }

    [Fact]
    public void An_answer_from_before_a_pause_does_not_renew_it_after_the_pause()
    {
        long asked = _lease.Now;
        _lease.Confirm(asked);
        _clock.Advance(TimeSpan.FromSeconds(30));

        _lease.Confirm(asked);

        Assert.False(_lease.Holds);
    }

    [Fact]
    public void An_older_answer_does_not_shorten_it()
    {
        long first = _lease.Now;
        _clock.Advance(TimeSpan.FromSeconds(2));
        _lease.Confirm(_lease.Now);
        _lease.Confirm(first);

        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(_lease.Holds);
    }

    [Fact]
    public void A_node_that_decides_alone_holds_it_through_any_pause_until_another_becomes_a_member()
    {
        _lease.Confirm(long.MaxValue);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.True(_lease.Holds);

        _lease.Confirm(_lease.Now);
        _clock.Advance(s_length);
        Assert.False(_lease.Holds);
    }

    [Fact]
    public void A_node_that_was_removed_never_holds_it_again()
    {
        _lease.Confirm(_lease.Now);
        _lease.Lose();
        _lease.Confirm(_lease.Now);
        _lease.Confirm(long.MaxValue);

        Assert.False(_lease.Holds);
    }

    [Fact]
    public void Without_a_length_it_always_holds()
    {
        var endless = new KeyLease(_clock, null);
        _clock.Advance(TimeSpan.FromDays(1));
        endless.Lose();

        Assert.True(endless.Holds);
    }

    [Fact]
    public async Task Who_waits_for_it_learns_that_it_holds_again()
    {
        var waiting = _lease.HoldsAsync(new CallTime(TimeProvider.System, Expect.Patience)).AsTask();
        Assert.False(waiting.IsCompleted);

        _lease.Confirm(_lease.Now);

        Assert.True(await Expect.SoonAsync(waiting));
    }

    [Fact]
    public async Task Who_waits_for_it_waits_no_longer_than_the_call_has_time()
    {
        Assert.False(await Expect.SoonAsync(_lease.HoldsAsync(new CallTime(TimeProvider.System, TimeSpan.FromMilliseconds(20))).AsTask()));
    }

    [Fact]
    public void A_call_whose_answer_is_withheld_may_have_run()
    {
        var failure = _lease.Withheld("counter", "k");

        Assert.Equal(FunctionErrorCode.Unanswered, failure.Code);
        Assert.True(CallDetails.CouldHaveRun(failure));
    }
}
