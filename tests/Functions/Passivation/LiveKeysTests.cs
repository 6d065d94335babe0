using Akka.TestKit;
using Akka.TestKit.Xunit2;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Passivation;

namespace WasmActors.Functions.Tests.Passivation;

public sealed class LiveKeysTests : TestKit
{
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(2);

    private readonly ManualClock _clock = new();
    private readonly LiveKeys _keys;

    public LiveKeysTests()
        : base("akka.stdout-loglevel = OFF\nakka.loglevel = OFF") => _keys = new LiveKeys(_clock, 2);

    protected override void AfterAll()
    {
        _keys.Dispose();
        base.AfterAll();
    }

    [Fact]
    public void The_longest_idle_key_is_asked_to_go_for_one_too_many()
    {
        var (first, second) = (Idle(), Idle());
        _keys.Rest(first.Key, s_idle); // used once more

        _keys.Started();

        ExpectAsked(second.Actor);
        first.Actor.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        _keys.Started();
        ExpectAsked(first.Actor);
    }

    [Fact]
    public void One_that_is_about_to_go_makes_room_already_and_one_that_stays_does_not()
    {
        var (first, second) = (Idle(), Idle());
        _keys.Started();
        ExpectAsked(first.Actor);

        _keys.Ended(first.Key);
        _keys.Started();
        ExpectAsked(second.Actor);
        _keys.Stays(second.Key);
        _keys.Rest(second.Key, s_idle);
        var third = Idle();

        ExpectAsked(second.Actor);
        Assert.Equal(4, _keys.Live);
        third.Actor.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void A_key_goes_when_its_own_idle_time_is_over()
    {
        var (patient, hasty) = (Idle(), Idle(TimeSpan.FromSeconds(1)));

        _clock.Advance(TimeSpan.FromSeconds(2));

        ExpectAsked(hasty.Actor);
        patient.Actor.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void A_key_that_is_in_use_is_not_asked()
    {
        var key = Idle(TimeSpan.FromSeconds(1));
        _keys.Wake(key.Key);

        _clock.Advance(TimeSpan.FromSeconds(2));

        key.Actor.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void A_key_that_was_used_since_it_was_asked_need_not_go()
    {
        var key = Idle(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(2));
        ExpectAsked(key.Actor);

        Assert.True(_keys.MustLeave(key.Key));
        _keys.Rest(key.Key, s_idle);

        Assert.False(_keys.MustLeave(key.Key));
    }

    [Fact]
    public async Task Who_needs_room_waits_for_the_first_that_goes_and_not_at_all_where_none_is_idle()
    {
        var time = new CallTime(TimeProvider.System, Expect.Patience);
        Assert.False(await Expect.SoonAsync(_keys.MakeRoomAsync(time)));
        var key = Idle();

        var room = _keys.MakeRoomAsync(time);
        ExpectAsked(key.Actor);
        Assert.False(room.IsCompleted);
        _keys.Ended(key.Key);

        Assert.True(await Expect.SoonAsync(room));
    }

    [Fact]
    public async Task Who_needs_room_tries_again_when_a_key_stays()
    {
        var key = Idle();

        var room = _keys.MakeRoomAsync(new CallTime(TimeProvider.System, Expect.Patience));
        ExpectAsked(key.Actor);
        _keys.Stays(key.Key);

        Assert.True(await Expect.SoonAsync(room));
    }

    [Fact]
    public async Task Who_needs_room_waits_no_longer_than_the_call_has()
    {
        Idle();

        Assert.False(await Expect.SoonAsync(_keys.MakeRoomAsync(new CallTime(TimeProvider.System, TimeSpan.FromMilliseconds(20)))));
    }

    [Fact]
    public void Keys_whose_guests_have_memory_are_asked_for_it_the_longest_idle_first_and_no_more_than_are_needed()
    {
        using var keys = new LiveKeys(_clock, 10);
        var small = Idle(among: keys);
        var (first, second, third) = (Idle(memory: 30, among: keys), Idle(memory: 30, among: keys), Idle(memory: 30, among: keys));

        Assert.Equal(60, keys.ReleaseMemory(50));
        ExpectAsked(first.Actor);
        ExpectAsked(second.Actor);
        Assert.Equal(60, keys.ReleaseMemory(50)); // these go already
        keys.Ended(first.Key);
        Assert.Equal(60, keys.ReleaseMemory(50));
        ExpectAsked(third.Actor);
        keys.Stays(second.Key);
        keys.Stays(third.Key);

        Assert.Equal(0, keys.ReleaseMemory(50));
        small.Actor.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    private static void ExpectAsked(TestProbe actor) => actor.ExpectMsg<LiveKeys.Leave>(Expect.Patience);

    private (RestingKey Key, TestProbe Actor) Idle(TimeSpan? idleTime = null, long memory = 0, LiveKeys? among = null)
    {
        var actor = CreateTestProbe();
        var key = new RestingKey(actor.Ref);
        (among ?? _keys).Started();
        (among ?? _keys).Rest(key, idleTime ?? s_idle, memory);
        return (key, actor);
    }
}
