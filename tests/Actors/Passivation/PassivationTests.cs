using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Passivation;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Passivation;

public sealed class PassivationTests : IAsyncLifetime
{
    private const string Counter = """
        (module
          (global $n (mut i32) (i32.const 0))
          (func $seven (result i32) (i32.const 7))
          (elem declare func $seven)
          (func (export "count") (result i32)
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (global.get $n))
          (func (export "seven") (result funcref) (ref.func $seven)))
        """;

    private const string Asking = """
        (module
          (import "env" "ask" (func $ask (result i32)))
          (func (export "run") (result i32) (call $ask)))
        """;

    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly ManualClock _clock = new();
    private WasmHost _host = null!;

    public async Task InitializeAsync() => _host = await WasmHost.StartAsync(HostFixture.Options with { Engine = new() { Clock = _clock } });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_store_that_is_idle_for_its_time_gives_its_memory_back_and_the_next_call_gets_a_fresh_one()
    {
        var count = await CounterAsync(new() { PassivateAfter = s_minute });
        Assert.Equal(1, await count.CallAsync<int>());
        Assert.Equal(2, await count.CallAsync<int>());

        await PassiveAfterAsync(count.Store, s_minute * 1.25);

        Assert.Equal(0, _host.Engine.LiveStores);
        Assert.False(count.Store.IsGone);
        Assert.Equal(1, await count.CallAsync<int>());
        Assert.Equal(1, _host.Engine.LiveStores);
        var status = await count.Store.GetStatusAsync();
        Assert.Equal((StoreActivity.Idle, 2), (status.Activity, status.Generation));
    }

    [Fact]
    public async Task A_store_that_is_used_again_and_again_stays()
    {
        var count = await CounterAsync(new() { PassivateAfter = s_minute });
        for (int i = 1; i <= 20; i++)
        {
            Assert.Equal(i, await count.CallAsync<int>());
            await AdvanceAsync(s_minute / 2);
        }
    }

    [Fact]
    public async Task A_store_without_a_time_is_never_passivated()
    {
        var count = await CounterAsync(new());
        Assert.Equal(1, await count.CallAsync<int>());
        for (int i = 0; i < 5; i++)
        {
            await AdvanceAsync(TimeSpan.FromDays(1));
        }

        Assert.Equal(0, await _host.PassivateIdleStoresAsync(10));
        Assert.Equal(2, await count.CallAsync<int>());
    }

    [Fact]
    public async Task To_look_at_a_passive_store_does_not_wake_it()
    {
        var count = await CounterAsync(new() { PassivateAfter = s_minute });
        await PassiveAfterAsync(count.Store, s_minute * 2);

        Assert.Equal(StoreActivity.Passive, (await count.Store.GetStatusAsync()).Activity);
        Assert.Equal(0, _host.Engine.LiveStores);
    }

    [Fact]
    public async Task A_store_that_waits_for_an_import_is_not_passivated_however_long_it_takes()
    {
        var answer = new TaskCompletionSource<int>();
        var asked = new TaskCompletionSource();
        var run = (await _host.NewAsync(Asking, new ImportMap().Serve("env", "ask", AskAsync, within: Timeout.InfiniteTimeSpan), new()
        {
            PassivateAfter = s_minute,
            Options = new() { Limits = new() { Deadline = Timeout.InfiniteTimeSpan } },
        })).GetFunc("run");
        var call = run.CallAsync<int>().AsTask();
        await Expect.SoonAsync(asked.Task);
        for (int i = 0; i < 10; i++)
        {
            await AdvanceAsync(s_minute);
            Assert.Equal(0, await _host.PassivateIdleStoresAsync(1));
        }

        answer.SetResult(5);
        Assert.Equal(5, await Expect.SoonAsync(call));
        Assert.Equal(1, (await run.Store.GetStatusAsync()).Generation);

        async Task<int> AskAsync()
        {
            asked.SetResult();
            return await answer.Task;
        }
    }

    [Fact]
    public async Task Functions_that_the_guest_handed_out_do_not_outlive_its_store()
    {
        var instance = await _host.NewAsync(Counter, spec: new() { PassivateAfter = s_minute });
        var seven = (await instance.GetFunc("seven").CallAsync())[0].AsFunc()!;
        Assert.Equal(7, await seven.CallAsync<int>());
        await PassiveAfterAsync(instance.Store, s_minute * 2);

        await Expect.ErrorAsync(ErrorCode.StoreLost, seven.CallAsync<int>());
    }

    [Fact]
    public async Task With_the_policy_stop_a_passivated_store_has_gone()
    {
        var count = await CounterAsync(new() { PassivateAfter = s_minute, WhenPassivated = PassivationPolicy.Stop });
        Assert.Equal(1, await count.CallAsync<int>());

        await AdvanceAsync(s_minute);
        await AdvanceAsync(s_minute);

        await Expect.ConditionAsync(() => count.Store.IsGone && _host.Engine.LiveStores == 0, "the store has gone");
        var gone = await Expect.ErrorAsync(ErrorCode.StoreGone, count.CallAsync<int>());
        Assert.Contains("idle", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_request_the_longest_idle_go_first_and_no_more_than_asked_for()
    {
        var spec = new StoreSpec { PassivateAfter = Timeout.InfiniteTimeSpan };
        var counts = new List<FuncRef>();
        for (int i = 0; i < 5; i++)
        {
            counts.Add(await CounterAsync(spec));
            await counts[i].CallAsync<int>();
            await AdvanceAsync(s_minute);
        }

        await counts[0].CallAsync<int>(); // now the last to have been used
        await AdvanceAsync(s_minute);

        Assert.Equal(2, await Expect.SoonAsync(_host.PassivateIdleStoresAsync(2)));

        Assert.Equal(3, _host.Engine.LiveStores);
        bool[] passive = await Task.WhenAll(counts.Select(async c => (await c.Store.GetStatusAsync()).Activity == StoreActivity.Passive));
        Assert.Equal([false, true, true, false, false], passive);
        Assert.Equal(3, await Expect.SoonAsync(_host.PassivateIdleStoresAsync(100)));
        Assert.Equal(0, await Expect.SoonAsync(_host.PassivateIdleStoresAsync(100)));
        Assert.Equal(0, _host.Engine.LiveStores);
    }

    [Fact]
    public async Task A_passive_store_can_be_stopped()
    {
        var count = await CounterAsync(new() { PassivateAfter = s_minute });
        await PassiveAfterAsync(count.Store, s_minute * 2);

        await Expect.SoonAsync(count.Store.StopAsync().AsTask());

        Assert.True(count.Store.IsGone);
        Assert.Equal(0, _host.Engine.LiveStores);
    }

    [Fact]
    public async Task A_command_by_message_revives_a_store_too()
    {
        var count = await CounterAsync(new() { PassivateAfter = s_minute });
        await PassiveAfterAsync(count.Store, s_minute * 2);

        var returned = await count.Store.Actor.Ask<StoreProtocol.Returned>(new StoreProtocol.Call(count.Id, []), TimeSpan.FromSeconds(60));

        Assert.Equal(1, returned.Results[0].AsI32());
    }

    [Fact]
    public async Task A_store_that_cannot_be_made_again_says_why_and_is_given_a_rest()
    {
        bool refuses = false;
        var imports = new Runtime.Imports.ImportSet().Define("env", "ask", () => refuses ? throw new InvalidOperationException("not twice") : 1);
        var instance = await _host.NewAsync("""(module (import "env" "ask" (func $ask (result i32))) (func $go (drop (call $ask))) (func (export "one") (result i32) (i32.const 1)) (start $go))""", imports, new() { PassivateAfter = s_minute, Restart = new() { MaxReplacements = 0 } });
        var one = instance.GetFunc("one");
        await PassiveAfterAsync(one.Store, s_minute * 2);
        refuses = true;

        var open = await Expect.ErrorAsync(ErrorCode.CircuitOpen, one.CallAsync<int>());

        Assert.Contains("not twice", open.Message, StringComparison.Ordinal);
        Assert.False(one.Store.IsGone);
    }

    [Fact]
    public async Task No_call_is_lost_while_stores_are_passivated_again_and_again()
    {
        var count = await CounterAsync(new() { PassivateAfter = Timeout.InfiniteTimeSpan });
        using var stop = new CancellationTokenSource();
        var pressing = Task.Run(async () =>
        {
            int passivated = 0;
            while (!stop.IsCancellationRequested)
            {
                passivated += await _host.PassivateIdleStoresAsync(1);
            }

            return passivated;
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++)
            {
                Assert.InRange(await count.CallAsync<int>(), 1, 2000);
                if (i % 50 == 0)
                {
                    await Task.Delay(1);
                }
            }
        })));
        await stop.CancelAsync();

        await Expect.SoonAsync(pressing);
        await Expect.SoonAsync(_host.PassivateIdleStoresAsync(1)); // unless it is passive already
        Assert.Equal(1, await count.CallAsync<int>());
        var status = await count.Store.GetStatusAsync();
        Assert.True(status.Generation > 1);

        // The calls, an instantiation for each generation, and this look itself: each carried out once.
        Assert.Equal(2000 + 1 + status.Generation + 1, status.Calls);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task A_time_that_is_not_positive_is_refused(int seconds) =>
        await Expect.ErrorAsync(ErrorCode.BadSettings, () => _host.CreateStoreAsync(new() { PassivateAfter = TimeSpan.FromSeconds(seconds) }));

    private async Task<FuncRef> CounterAsync(StoreSpec spec) => (await _host.NewAsync(Counter, spec: spec)).GetFunc("count");

    // A call's deadline is counted from what the engine knows of the clock, which it reads each tick: a call before that would be taken for one that is late.
    private Task AdvanceAsync(TimeSpan time)
    {
        _clock.AdvancePast(time);
        return Expect.ConditionAsync(() => _host.Engine.EpochClock.Now >= _clock.GetTimestamp(), "the engine has seen the time");
    }

    // The first sweep sees that the store was used, the next that it was not.
    private async Task PassiveAfterAsync(StoreRef store, TimeSpan idle)
    {
        await AdvanceAsync(TimeSpan.FromMilliseconds(1));
        await AdvanceAsync(s_minute / 4);
        await AdvanceAsync(idle);
        await Expect.ConditionAsync(() => store.Cell.Live is { IsPassive: true }, "the store is passive");
    }
}
