using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;

namespace WasmActors.Actors.Tests.Stores;

/// <summary>A store that breaks again and again: backoff, and its circuit.</summary>
public sealed class RestartTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly SteppedClock _clock = new();
    private volatile bool _startFails;
    private WasmHost _host = null!;

    public async Task InitializeAsync() => _host = await WasmHost.StartAsync(HostFixture.Options with { Engine = new() { Clock = _clock } });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_store_that_broke_again_is_away_for_a_while_and_commands_wait_for_it()
    {
        var instance = await NewAsync(maxReplacements: 10, firstDelay: 5);
        await BreakAsync(instance);
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>()); // the first time at once

        await BreakAsync(instance);
        var waiting = instance.GetFunc("next").CallAsync<int>().AsTask();
        var asked = instance.Store.Actor.Ask<object>(new StoreProtocol.Call(instance.GetFunc("next").Id, []), s_patience);
        await StatusAsync(instance, static s => s is { Activity: StoreActivity.Away, QueueLength: 2, Circuit: CircuitState.Closed });
        Assert.False(waiting.IsCompleted || asked.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await Expect.SoonAsync(waiting));
        Assert.Equal(2, Assert.IsType<StoreProtocol.Returned>(await asked).Results.Value.AsI32());
        Assert.Equal(StoreActivity.Idle, (await instance.Store.GetStatusAsync()).Activity);
    }

    [Fact]
    public async Task A_command_that_waits_for_a_store_that_is_away_ends_with_its_deadline_or_cancellation()
    {
        var instance = await NewAsync(maxReplacements: 10, firstDelay: 5);
        await BreakAsync(instance);
        await BreakAsync(instance);
        using var cancellation = new CancellationTokenSource();
        var late = instance.GetFunc("next").CallAsync<int>(TimeSpan.FromSeconds(1)).AsTask();
        var cancelled = instance.GetFunc("next").CallAsync<int>(cancellation.Token).AsTask();
        await StatusAsync(instance, static s => s.QueueLength == 2);

        await cancellation.CancelAsync();
        await Expect.ErrorAsync(ErrorCode.Cancelled, () => cancelled);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Expect.ErrorAsync(ErrorCode.DeadlineExceeded, () => late);
        Assert.Equal(StoreActivity.Away, (await instance.Store.GetStatusAsync()).Activity);
    }

    [Fact]
    public async Task A_store_that_is_away_stops_at_once_and_those_who_waited_are_answered()
    {
        var instance = await NewAsync(maxReplacements: 10, firstDelay: 5);
        await BreakAsync(instance);
        await BreakAsync(instance);
        var waiting = instance.GetFunc("next").CallAsync<int>().AsTask();
        await StatusAsync(instance, static s => s.QueueLength == 1);

        await Expect.SoonAsync(instance.Store.StopAsync().AsTask());

        await Expect.ErrorAsync(ErrorCode.StoreGone, () => waiting);
        Assert.Equal(0, _clock.Timers);
    }

    [Fact]
    public async Task A_store_that_breaks_too_often_answers_at_once_that_its_circuit_is_open_until_it_has_had_a_rest()
    {
        var instance = await NewAsync(maxReplacements: 2);
        var next = instance.GetFunc("next");
        for (int i = 0; i < 3; i++)
        {
            await BreakAsync(instance);
        }

        var status = await instance.Store.GetStatusAsync();
        Assert.Equal((StoreActivity.Away, CircuitState.Open), (status.Activity, status.Circuit));
        var refused = next.CallAsync<int>();
        Assert.True(refused.IsCompleted, "The refusal should not need the store's actor.");
        var error = await Expect.ErrorAsync(ErrorCode.CircuitOpen, refused);
        Assert.StartsWith($"Store {instance.Store.Id} failed too often and is given a rest: trap.unreachable: ", error.Message);
        Assert.EndsWith(" Try again in 10 s.", error.Message);
        var asked = await instance.Store.Actor.Ask<object>(new StoreProtocol.Call(next.Id, []), s_patience);
        Assert.Equal(ErrorCode.CircuitOpen, Assert.IsType<StoreProtocol.Failed>(asked).Failure.Code);
        Assert.False(instance.Store.IsGone);

        _clock.Advance(TimeSpan.FromSeconds(10));
        await StatusAsync(instance, static s => s is { Activity: StoreActivity.Idle, Circuit: CircuitState.HalfOpen });
        Assert.Equal(1, await next.CallAsync<int>());
        Assert.Equal(CircuitState.Closed, (await instance.Store.GetStatusAsync()).Circuit);
    }

    [Fact]
    public async Task A_failure_of_the_try_opens_the_circuit_for_twice_as_long()
    {
        var instance = await NewAsync(maxReplacements: 0);
        await BreakAsync(instance);
        await StatusAsync(instance, static s => s.Circuit == CircuitState.Open);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await StatusAsync(instance, static s => s.Circuit == CircuitState.HalfOpen);

        await BreakAsync(instance);

        await StatusAsync(instance, static s => s.Circuit == CircuitState.Open);
        _clock.Advance(TimeSpan.FromSeconds(10));
        var error = await Expect.ErrorAsync(ErrorCode.CircuitOpen, instance.GetFunc("next").CallAsync<int>());
        Assert.Contains("Try again in 9.99", error.Message);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await StatusAsync(instance, static s => s.Circuit == CircuitState.HalfOpen);
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task A_store_that_cannot_be_made_again_is_tried_again_then_rests_and_comes_back()
    {
        var instance = await NewAsync(maxReplacements: 2, firstDelay: 5);
        _startFails = true;
        await BreakAsync(instance);
        await StatusAsync(instance, static s => s is { Activity: StoreActivity.Away, Generation: 2 }); // and at once: its start fails
        var waiting = instance.GetFunc("next").CallAsync<int>().AsTask();
        await StatusAsync(instance, static s => s.QueueLength == 1);

        _clock.Advance(TimeSpan.FromSeconds(5));
        var error = await Expect.ErrorAsync(ErrorCode.CircuitOpen, () => waiting);
        Assert.Contains("trap.host: not today", error.Message);
        await Expect.ErrorAsync(ErrorCode.CircuitOpen, instance.GetFunc("next").CallAsync<int>());
        await StatusAsync(instance, static s => s is { Activity: StoreActivity.Away, Circuit: CircuitState.Open });

        _startFails = false;
        _clock.Advance(TimeSpan.FromSeconds(10));
        await StatusAsync(instance, static s => s.Activity == StoreActivity.Idle);
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task The_hosts_status_tells_the_decisions_with_reason_and_time()
    {
        var quiet = await NewAsync(maxReplacements: 1);
        var instance = await NewAsync(maxReplacements: 1);
        await BreakAsync(instance);
        await BreakAsync(instance);

        var open = await HostStatusAsync(static s => s.Decisions.Count == 2 && s.Stores[0].Circuit == CircuitState.Open);
        Assert.Equal((2, 2), (open.LiveStores, open.StartedStores));
        Assert.Equal([instance.Store.Id, quiet.Store.Id], open.Stores.Select(static s => s.Store));
        Assert.Equal((2, instance.Store.Actor), (open.Stores[0].Replacements, open.Stores[0].Actor));
        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromSeconds(10), open.Stores[0].RestartAt);
        Assert.Equal((0, CircuitState.Closed, null), (open.Stores[1].Replacements, open.Stores[1].Circuit, open.Stores[1].LastDecision));
        Assert.Equal(
            [
                new SupervisionDecision(instance.Store.Id, 2, SupervisionAction.OpenCircuit, "trap.unreachable", open.Decisions[0].Message, _clock.GetUtcNow()) { Delay = TimeSpan.FromSeconds(10) },
                new SupervisionDecision(instance.Store.Id, 1, SupervisionAction.Replace, "trap.unreachable", open.Decisions[1].Message, _clock.GetUtcNow()),
            ],
            open.Decisions);
        Assert.Equal(open.Decisions[0], open.Stores[0].LastDecision);

        await StatusAsync(instance, static s => s.Activity == StoreActivity.Away); // its timer runs
        _clock.Advance(TimeSpan.FromSeconds(10));
        await HostStatusAsync(static s => s.Stores[0].Circuit == CircuitState.HalfOpen);
        await StatusAsync(instance, static s => s.Activity == StoreActivity.Idle);
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
        var closed = await HostStatusAsync(static s => s.Stores[0].Circuit == CircuitState.Closed);
        Assert.Equal(SupervisionAction.CloseCircuit, closed.Decisions[0].Action);

        await quiet.Store.StopAsync();
        var one = await HostStatusAsync(static s => s.LiveStores == 1);
        Assert.Equal(2, one.StartedStores);
        Assert.Empty((await _host.GetStatusAsync(maxStores: 0)).Stores);
    }

    [Fact]
    public async Task The_hosts_status_is_bounded()
    {
        var instance = await NewAsync(maxReplacements: 1_000);
        for (int i = 0; i < HostStatus.MaxDecisions + 5; i++)
        {
            await BreakAsync(instance);
            Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
        }

        var status = await HostStatusAsync(static s => s.Stores[0].Replacements == HostStatus.MaxDecisions + 5);
        Assert.Equal(HostStatus.MaxDecisions, status.Decisions.Count);
        Assert.Equal(HostStatus.MaxDecisions + 5, status.Decisions[0].Generation);
    }

    [Fact]
    public async Task A_bad_policy_is_refused_with_the_store()
    {
        var error = await Expect.ErrorAsync(ErrorCode.BadSettings, () => _host.CreateStoreAsync(new() { Restart = new() { Jitter = 2 } }));
        Assert.Equal("RestartPolicy.Jitter is 2; allowed is 0 to 1.", error.Message);
    }

    private static Task<Trap> BreakAsync(InstanceRef instance) => Expect.TrapAsync("trap.unreachable", instance.GetFunc("trap").CallAsync());

    private static Task StatusAsync(InstanceRef instance, Func<StoreStatus, bool> condition) =>
        Expect.ConditionAsync(() => condition(instance.Store.GetStatusAsync().AsTask().GetAwaiter().GetResult()), "the store's status");

    private async Task<HostStatus> HostStatusAsync(Func<HostStatus, bool> condition)
    {
        HostStatus status = null!;
        await Expect.ConditionAsync(() => condition(status = _host.GetStatusAsync().GetAwaiter().GetResult()), "the host's status");
        return status;
    }

    private Task<InstanceRef> NewAsync(int maxReplacements, int firstDelay = 0) => _host.NewAsync(
        """
        (module
          (import "env" "start" (func $start))
          (global $n (mut i32) (i32.const 0))
          (func (export "next") (result i32)
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (global.get $n))
          (func (export "trap") unreachable)
          (start $start))
        """,
        new ImportSet().Define("env", "start", () =>
        {
            if (_startFails)
            {
                throw new Trap("not today");
            }
        }),
        new()
        {
            AfterTrap = FailurePolicy.Replace,
            Restart = new()
            {
                MaxReplacements = maxReplacements,
                FirstDelay = TimeSpan.FromSeconds(firstDelay),
                MaxDelay = TimeSpan.FromSeconds(5),
                OpenFor = TimeSpan.FromSeconds(10),
                Jitter = 0,
            },
        });
}
