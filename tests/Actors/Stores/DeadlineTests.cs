using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Stores;

/// <summary>Time stands still in these tests until they let it go on.</summary>
public sealed class DeadlineTests : IAsyncLifetime, IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly Gate _gate = new();
    private WasmHost _host = null!;

    public async Task InitializeAsync() => _host = await WasmHost.StartAsync(HostFixture.Options with { Engine = new() { Clock = _clock } });

    public async Task DisposeAsync()
    {
        _gate.Open();
        await _host.DisposeAsync();
    }

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task A_call_whose_deadline_comes_while_it_waits_is_answered_and_never_reaches_the_guest()
    {
        var instance = await NewAsync();
        var running = instance.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await _gate.Entered;
        var waiting = instance.GetFunc("next").CallAsync<int>(TimeSpan.FromSeconds(1));
        var patient = instance.GetFunc("next").CallAsync<int>(TimeSpan.FromSeconds(10)).AsTask();

        _clock.AdvancePast(TimeSpan.FromSeconds(1));

        var error = await Expect.ErrorAsync(ErrorCode.DeadlineExceeded, waiting);
        Assert.Equal("The call's deadline came while it waited for its store; the guest was not called.", error.Message);
        Assert.False(running.IsCompleted);
        _gate.Open();
        Assert.Equal(1, await Expect.SoonAsync(running));
        Assert.Equal(1, await Expect.SoonAsync(patient));
    }

    [Fact]
    public async Task A_call_that_its_store_comes_to_after_the_deadline_never_reaches_the_guest()
    {
        var instance = await NewAsync();
        var running = instance.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await _gate.Entered;
        var waiting = Enumerable.Range(0, 10).Select(_ => instance.GetFunc("next").CallAsync<int>(TimeSpan.FromSeconds(1)).AsTask()).ToArray();

        _clock.AdvancePast(TimeSpan.FromSeconds(1));
        await Expect.ConditionAsync(() => _host.Engine.EpochClock.Now >= _clock.GetTimestamp(), "the engine's clock has seen the time");
        _gate.Open();

        foreach (var call in waiting)
        {
            var error = await Expect.ErrorAsync(ErrorCode.DeadlineExceeded, () => call);
            Assert.Equal("The call's deadline came while it waited for its store; the guest was not called.", error.Message);
        }

        Assert.Equal(1, await Expect.SoonAsync(running));
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task A_guest_that_runs_past_its_deadline_is_ended()
    {
        _gate.Open();
        var instance = await NewAsync();
        var spin = instance.GetFunc("announce_and_spin").CallAsync(TimeSpan.FromSeconds(1));
        await _gate.Entered;

        _clock.AdvancePast(TimeSpan.FromSeconds(1));

        var trap = await Expect.TrapAsync(ErrorCode.DeadlineExceeded, spin);
        Assert.Equal(TrapCode.Interrupt, trap.TrapCode);
    }

    [Fact]
    public async Task A_caller_is_answered_even_if_a_host_function_blocks_past_the_deadline()
    {
        var instance = await NewAsync();
        var blocked = instance.GetFunc("call_host").CallAsync<int, int>(1, TimeSpan.FromSeconds(1));
        await _gate.Entered;

        _clock.AdvancePast(TimeSpan.FromSeconds(2));

        var error = await Expect.ErrorAsync(ErrorCode.DeadlineExceeded, blocked);
        Assert.StartsWith("The call's deadline has passed, but its guest has not let go yet", error.Message);
        _gate.Open();
        Assert.Equal(3, await Expect.SoonAsync(instance.GetFunc("add").CallAsync<int, int, int>(1, 2)));
    }

    [Fact]
    public async Task Who_asks_by_message_is_answered_even_if_a_host_function_blocks_past_the_deadline()
    {
        var instance = await NewAsync();
        var call = new StoreProtocol.Call(instance.GetFunc("call_host").Id, [1]) { Within = TimeSpan.FromSeconds(1) };
        var reply = instance.Store.Actor.Ask<object>(call, TimeSpan.FromSeconds(60));
        await _gate.Entered;

        _clock.AdvancePast(TimeSpan.FromSeconds(2));

        var failure = Assert.IsType<StoreProtocol.Failed>(await reply).Failure;
        Assert.Equal(ErrorCode.DeadlineExceeded, failure.Code);
        Assert.StartsWith("The call's deadline has passed, but its guest has not let go yet", failure.Message);
        _gate.Open();
        Assert.Equal(3, await Expect.SoonAsync(instance.GetFunc("add").CallAsync<int, int, int>(1, 2)));
    }

    [Fact]
    public async Task Who_asks_by_message_is_answered_once()
    {
        var instance = await NewAsync();
        var answers = new System.Collections.Concurrent.ConcurrentQueue<object>();
        var asker = _host.System.ActorOf(Props.Create(() => new Collector(answers)));
        var call = new StoreProtocol.Call(instance.GetFunc("call_host").Id, [1]) { Within = TimeSpan.FromSeconds(1) };
        instance.Store.Actor.Tell(call, asker);
        await _gate.Entered;
        _clock.AdvancePast(TimeSpan.FromSeconds(2));
        await Expect.ConditionAsync(() => !answers.IsEmpty, "the asker is answered");
        _gate.Open();

        // What the actor itself had for the first comes before anything of the fresh store.
        int sent = 1;
        while (!answers.Any(static a => a is StoreProtocol.Returned) && sent < 1000)
        {
            instance.Store.Actor.Tell(new StoreProtocol.Call(instance.GetFunc("next").Id, []), asker);
            sent++;
            await Expect.ConditionAsync(() => answers.Count >= sent, "each command is answered");
        }

        Assert.IsType<StoreProtocol.Failed>(answers.First());
        Assert.IsType<StoreProtocol.Returned>(answers.Last());
        Assert.Equal(sent, answers.Count);
    }

    [Fact]
    public async Task A_deadline_that_passes_after_the_answer_does_not_touch_later_calls()
    {
        var instance = await NewAsync();
        Assert.Equal(3, await instance.GetFunc("add").CallAsync<int, int, int>(1, 2, TimeSpan.FromSeconds(1)));
        var running = instance.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await _gate.Entered;
        var waiting = instance.GetFunc("add").CallAsync<int, int, int>(3, 4).AsTask();
        var probe = instance.GetFunc("next").CallAsync<int>(TimeSpan.FromSeconds(2));

        _clock.AdvancePast(TimeSpan.FromSeconds(3));

        await Expect.ErrorAsync(ErrorCode.DeadlineExceeded, probe);
        _gate.Open();
        Assert.Equal(1, await Expect.SoonAsync(running));
        Assert.Equal(7, await Expect.SoonAsync(waiting));
    }

    [Fact]
    public async Task A_command_asked_for_has_its_time_from_when_the_actor_takes_it()
    {
        _gate.Open();
        var instance = await NewAsync();
        var call = new StoreProtocol.Call(instance.GetFunc("announce_and_spin").Id, []) { Within = TimeSpan.FromSeconds(1) };
        var reply = instance.Store.Actor.Ask<object>(call, TimeSpan.FromSeconds(60));
        await _gate.Entered;

        _clock.AdvancePast(TimeSpan.FromSeconds(1));

        Assert.Equal(ErrorCode.DeadlineExceeded, Assert.IsType<StoreProtocol.Failed>(await reply).Failure.Code);
    }

    [Fact]
    public async Task The_calls_of_a_batch_asked_for_share_one_deadline()
    {
        var instance = await _host.NewAsync(
            """
            (module
              (import "env" "host" (func $host (param i32) (result i32)))
              (func (export "work") (result i32) (local $i i32)
                (drop (call $host (i32.const 0)))
                (loop $l (br_if $l (i32.ne (i32.const 50000000) (local.tee $i (i32.add (local.get $i) (i32.const 1))))))
                (local.get $i)))
            """,
            Guests.HostImport(x =>
            {
                _clock.AdvancePast(TimeSpan.FromMilliseconds(600));
                return x;
            }));
        var work = new StoreProtocol.Call(instance.GetFunc("work").Id, []);

        var reply = await instance.Store.Actor.Ask<object>(new StoreProtocol.CallBatch([work, work, work]) { Within = TimeSpan.FromSeconds(1) }, TimeSpan.FromSeconds(60));

        Assert.Equal(ErrorCode.DeadlineExceeded, Assert.IsType<StoreProtocol.Failed>(reply).Failure.Code);
    }

    [Fact]
    public async Task A_store_stops_however_long_its_queue_takes()
    {
        var instance = await NewAsync();
        var running = instance.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await _gate.Entered;
        var stopping = instance.Store.StopAsync().AsTask();
        var probe = instance.GetFunc("next").CallAsync<int>();

        _clock.AdvancePast(TimeSpan.FromMinutes(5));
        await Expect.ErrorAsync(ErrorCode.DeadlineExceeded, probe);
        await Expect.ConditionAsync(() => _host.Engine.EpochClock.Now >= _clock.GetTimestamp(), "the engine's clock has seen the time");
        _gate.Open();

        await Expect.SoonAsync(stopping);
        Assert.True(instance.Store.IsGone);
        await Expect.ErrorAsync(ErrorCode.DeadlineExceeded, () => running);
    }

    private sealed class Collector : ReceiveActor
    {
        public Collector(System.Collections.Concurrent.ConcurrentQueue<object> answers) => ReceiveAny(answers.Enqueue);
    }

    private Task<InstanceRef> NewAsync() => _host.NewAsync(Guests.Worker, Guests.HostImport(_gate.Pass), Guests.Spec(FailurePolicy.Replace));
}
