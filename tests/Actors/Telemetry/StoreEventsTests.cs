using System.Collections.Concurrent;
using Akka.Actor;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using static WasmActors.Actors.Messages.StoreEvents;

namespace WasmActors.Actors.Tests.Telemetry;

public sealed class StoreEventsTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<StoreEvent> _events = new();
    private readonly HostFixture _fixture = new();
    private IActorRef _listener = ActorRefs.Nobody;

    public async Task InitializeAsync()
    {
        await _fixture.InitializeAsync();
        var events = _events;
        _listener = _fixture.Host.System.ActorOf(Props.Create(() => new Listener(events)));
        _fixture.Host.System.EventStream.Subscribe(_listener, typeof(StoreEvent));
    }

    public Task DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_stores_life_is_told_in_order()
    {
        var instance = await _fixture.NewAsync(Guests.Worker, Guests.NoHost);
        await Expect.TrapAsync("trap.unreachable", instance.GetFunc("trap").CallAsync());
        await Expect.DeadlineTrapAsync(() => instance.GetFunc("spin").CallAsync(TimeSpan.FromMilliseconds(20)));
        await instance.GetFunc("next").CallAsync();
        await instance.Store.StopAsync();

        await Expect.ConditionAsync(() => _events.Count >= 5, "five events came");
        Assert.All(_events, e => Assert.Equal(instance.Store, e.Store));
        Assert.Collection(
            _events,
            e => Assert.Equal(1, Assert.IsType<StoreStarted>(e).Generation),
            e => Assert.Equal("trap.unreachable", Assert.IsType<StoreTrapped>(e).Failure.Code),
            e => Assert.Equal("call.deadline_exceeded", Assert.IsType<StoreTrapped>(e).Failure.Code),
            e => Assert.Equal((2, "call.deadline_exceeded"), (e.Generation, Assert.IsType<StoreReplaced>(e).Reason)),
            e => Assert.Equal((2, "it was stopped"), (e.Generation, Assert.IsType<StoreStopped>(e).Reason)));
    }

    [Fact]
    public async Task A_store_that_its_policy_ends_is_told_as_stopped_with_the_reason()
    {
        var instance = await _fixture.NewAsync(Guests.Worker, Guests.NoHost, new StoreSpec { AfterInterrupt = FailurePolicy.Stop });

        await Expect.DeadlineTrapAsync(() => instance.GetFunc("spin").CallAsync(TimeSpan.FromMilliseconds(20)));

        await Expect.ConditionAsync(() => _events.OfType<StoreStopped>().Any(), "the end is told");
        Assert.Contains("call.deadline_exceeded", _events.OfType<StoreStopped>().Single().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_functions_words_are_told_bounded_and_escaped()
    {
        string text = "\n\u001b[31m\u202e" + new string('x', 60_000);
        var instance = await _fixture.NewAsync(
            """(module (import "env" "fail" (func $f)) (func (export "run") (call $f)))""",
            new ImportSet().Define("env", "fail", new Action(() => throw new Trap(text))));

        await Expect.TrapAsync("trap.host", instance.GetFunc("run").CallAsync());

        await Expect.ConditionAsync(() => _events.OfType<StoreTrapped>().Any(), "the trap is told");
        string told = _events.OfType<StoreTrapped>().Single().Failure.Message;
        Assert.StartsWith("\\n\\x1b[31m\\u202exxx", told, StringComparison.Ordinal);
        Assert.InRange(told.Length, 1, 4200);
    }

    [Fact]
    public async Task A_store_that_traps_all_the_time_does_not_flood_those_who_listen()
    {
        var clock = new ManualClock();
        await using var host = await Actors.Handles.WasmHost.StartAsync(HostFixture.Options with { Engine = new() { Clock = clock } });
        host.System.EventStream.Subscribe(_listener, typeof(StoreTrapped));
        var trap = (await host.NewAsync(Guests.Worker, Guests.NoHost)).GetFunc("trap");

        for (int i = 0; i < 500; i++)
        {
            await Expect.TrapAsync("trap.unreachable", trap.CallAsync());
        }

        clock.AdvancePast(TimeSpan.FromSeconds(2));
        await Expect.ConditionAsync(() => !_events.IsEmpty, "events came");
        for (int i = 0; i < 500 && _events.All(static e => e is StoreTrapped { Untold: 0 }); i++)
        {
            await Expect.TrapAsync("trap.unreachable", trap.CallAsync());
        }

        await Expect.ConditionAsync(() => _events.Any(static e => e is StoreTrapped { Untold: > 0 }), "what was not told is told as a number");
        Assert.InRange(_events.Count, 11, 20);
        Assert.InRange(_events.OfType<StoreTrapped>().Single(static e => e.Untold > 0).Untold, 490, 990);
    }

    private sealed class Listener : UntypedActor
    {
        private readonly ConcurrentQueue<StoreEvent> _events;

        public Listener(ConcurrentQueue<StoreEvent> events) => _events = events;

        protected override void OnReceive(object message)
        {
            if (message is StoreEvent told)
            {
                _events.Enqueue(told);
            }
        }
    }
}
