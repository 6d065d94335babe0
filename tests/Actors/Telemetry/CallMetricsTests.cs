using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;
using static WasmActors.Actors.Messages.ImportProtocol;

namespace WasmActors.Actors.Tests.Telemetry;

[Collection(Alone.Name)]
public class CallMetricsTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Kind = "wasmactors.call.kind";
    private const string Phase = "wasmactors.call.phase";
    private const string Asking = """
        (module (import "env" "ask" (func $ask (result i32)))
          (func (export "run") (result i32) (call $ask)))
        """;

    [Fact]
    public async Task Each_command_is_counted_by_its_kind()
    {
        var instance = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        using var measured = new Measurements();

        await instance.GetFunc("add").CallAsync<int, int, int>(1, 2);
        await instance.GetFunc("add").CallAsync(1, 2);
        await instance.GetFunc("add").CallBatchAsync<(int, int), int>(new[] { (1, 2), (3, 4) });
        await instance.Store.GetStatusAsync();
        await instance.Store.InstantiateAsync(instance.Module, Guests.NoHost);

        Assert.Equal(2, measured.Sum("wasmactors.calls", (Kind, "call")));
        Assert.Equal(1, measured.Sum("wasmactors.calls", (Kind, "batch")));
        Assert.Equal(1, measured.Sum("wasmactors.calls", (Kind, "access")));
        Assert.Equal(1, measured.Sum("wasmactors.calls", (Kind, "instantiate")));
        Assert.All(measured.Of("wasmactors.calls"), static m => Assert.False(m.Tags.ContainsKey("error.type")));
        Assert.Equal(5, measured.Of("wasmactors.call.duration", (Phase, "waiting")).Count);
        Assert.Equal(5, measured.Of("wasmactors.call.duration", (Phase, "running")).Count);
        Assert.Empty(measured.Of("wasmactors.call.duration", (Phase, "parked")));
    }

    [Fact]
    public async Task A_failed_command_is_counted_by_its_code_by_handle_and_by_message()
    {
        var trap = (await fixture.NewAsync(Guests.Worker, Guests.NoHost)).GetFunc("trap");
        using var measured = new Measurements();

        await Expect.TrapAsync("trap.unreachable", trap.CallAsync());
        await Expect.TrapAsync("trap.unreachable", trap.CallAsync<Nothing>());
        await trap.Store.Actor.Ask<StoreProtocol.Failed>(new StoreProtocol.Call(trap.Id, []), TimeSpan.FromSeconds(60));
        var batch = await trap.CallBatchAsync<Nothing, Nothing>(new Nothing[2]);

        Assert.NotNull(batch.Failure);
        Assert.Equal(3, measured.Sum("wasmactors.calls", (Kind, "call"), ("error.type", "trap.unreachable")));
        Assert.Equal(1, measured.Sum("wasmactors.calls", (Kind, "batch"), ("error.type", "trap.unreachable")));
        Assert.Equal(4, measured.Sum("wasmactors.calls"));
    }

    [Fact]
    public async Task A_code_that_nobody_knows_does_not_become_a_tag()
    {
        var server = fixture.Host.System.StartEcho(static call => new ImportTrapped(call.Id, new WasmFailure($"made.up.{call.Id}", "no")));
        var run = (await fixture.NewAsync(Asking, new ImportMap().Serve("env", "ask", new FuncType([], [ValType.I32]), server))).GetFunc("run");
        using var measured = new Measurements();

        await Assert.ThrowsAsync<WasmError>(() => run.CallAsync().AsTask());

        Assert.Equal(1, measured.Sum("wasmactors.calls", ("error.type", "_OTHER")));
        Assert.Single(measured.Of("wasmactors.import.duration", ("wasmactors.import.server", "actor"), ("error.type", "_OTHER")));
        Assert.DoesNotContain(measured.All, static m => m.Tags.Values.Any(static v => v.StartsWith("made.up", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Time_waiting_and_time_parked_are_told_apart()
    {
        var clock = new ManualClock();
        await using var host = await WasmHost.StartAsync(HostFixture.Options with { Engine = new() { Clock = clock } });
        var asked = new TaskCompletionSource<ImportCall>(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = host.System.StartEcho(call =>
        {
            asked.TrySetResult(call);
            return null;
        });
        var imports = new ImportMap().Serve("env", "ask", new FuncType([], [ValType.I32]), server);
        var instance = await host.NewAsync(Asking, imports);
        using var measured = new Measurements();

        var parked = instance.GetFunc("run").CallAsync<int>();
        var call = await Expect.SoonAsync(asked.Task);
        var waiting = instance.Store.SetDataAsync(1).AsTask();
        clock.AdvancePast(TimeSpan.FromSeconds(3));
        call.Caller.Store.Actor.Tell(call.Returned(5));
        Assert.Equal(5, await Expect.SoonAsync(parked));
        await Expect.SoonAsync(waiting);

        Assert.InRange(Assert.Single(measured.Of("wasmactors.call.duration", (Kind, "call"), (Phase, "parked"))).Value, 3, 3.002);
        Assert.Equal(0, Assert.Single(measured.Of("wasmactors.call.duration", (Kind, "call"), (Phase, "running"))).Value);
        Assert.InRange(Assert.Single(measured.Of("wasmactors.call.duration", (Kind, "access"), (Phase, "waiting"))).Value, 3, 3.002);
        Assert.InRange(Assert.Single(measured.Of("wasmactors.import.duration", ("wasmactors.import.server", "actor"))).Value, 3, 3.002);
    }

    [Fact]
    public async Task Slices_are_counted_also_of_a_call_that_goes_on_for_ever()
    {
        var instance = await fixture.NewAsync(Guests.Worker, Guests.NoHost, new StoreSpec { Options = new StoreOptions { Mode = ExecutionMode.Preemptive } });
        using var measured = new Measurements();
        using var stop = new CancellationTokenSource();

        var spin = instance.GetFunc("spin").CallAsync(new CallOptions(null, stop.Token)).AsTask();
        await Expect.ConditionAsync(() => measured.Sum("wasmactors.slices") >= 3, "three slices are counted");
        Assert.False(spin.IsCompleted);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<WasmException>(() => Expect.SoonAsync(spin));
        Assert.Equal(1, measured.Sum("wasmactors.calls", ("error.type", "call.cancelled")));
    }

    [Fact]
    public async Task What_a_full_queue_turns_away_is_a_refusal_and_not_a_call()
    {
        using var gate = new Gate();
        var instance = await fixture.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass), new StoreSpec { QueueLimit = 1 });
        using var measured = new Measurements();

        var holding = instance.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await gate.Entered;
        var queued = instance.GetFunc("next").CallAsync<int>().AsTask();
        await Expect.ErrorAsync(ErrorCode.Busy, () => instance.GetFunc("next").CallAsync<int>().AsTask());
        gate.Open();
        await Expect.SoonAsync(holding);
        await Expect.SoonAsync(queued);

        Assert.Equal(1, measured.Sum("wasmactors.refusals", ("error.type", "call.busy")));
        Assert.Equal(2, measured.Sum("wasmactors.calls"));
    }

    [Fact]
    public async Task A_call_that_would_wait_for_itself_is_a_refusal()
    {
        InstanceRef instance = null!;
        var imports = new ImportMap().Serve("env", "ask", async (CallerRef caller) => await instance.GetFunc("run").CallAsync<int>());
        instance = await fixture.NewAsync(Asking, imports);
        using var measured = new Measurements();

        await Assert.ThrowsAnyAsync<WasmException>(() => instance.GetFunc("run").CallAsync<int>().AsTask());

        Assert.Equal(1, measured.Sum("wasmactors.refusals", ("error.type", "call.reentrant")));
        Assert.Equal(1, measured.Sum("wasmactors.calls", ("error.type", "call.reentrant")));
        Assert.Equal(1, measured.Sum("wasmactors.calls"));
    }

    [Fact]
    public async Task A_call_that_is_answered_while_its_guest_does_not_let_go_is_counted_once()
    {
        using var gate = new Gate();
        var instance = await fixture.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass));
        using var measured = new Measurements();
        using var stop = new CancellationTokenSource();

        var call = instance.GetFunc("call_host").CallAsync<int, int>(1, new CallOptions(null, stop.Token)).AsTask();
        await gate.Entered;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<WasmException>(() => Expect.SoonAsync(call));
        gate.Open();
        await Expect.SoonAsync(instance.GetFunc("next").CallAsync<int>().AsTask().ContinueWith(static t => t.Exception, TaskScheduler.Default));

        Assert.Equal(1, measured.Sum("wasmactors.calls", ("error.type", "call.cancelled")));
        Assert.Equal(2, measured.Sum("wasmactors.calls"));
    }

    [Theory]
    [InlineData("wasmactors.call.duration")]
    [InlineData("wasmactors.slices")]
    public async Task Who_listens_to_one_instrument_only_is_told_soon(string instrument)
    {
        var add = (await fixture.NewAsync(Guests.Worker, Guests.NoHost)).GetFunc("add");
        using var measured = new Measurements(instrument);

        for (int i = 0; i < 100_000 && measured.All.Count == 0; i++)
        {
            await add.CallAsync<int, int, int>(1, 2);
            await Task.Yield();
        }

        Assert.NotEmpty(measured.All);
        Assert.All(measured.All, m => Assert.Equal(instrument, m.Instrument));
    }

    [Fact]
    public async Task A_listener_that_throws_keeps_no_answer_back_and_is_logged()
    {
        var sink = new CollectingSink();
        await using var host = await WasmHost.StartAsync(HostFixture.Options with { Logger = sink.Logger });
        var instance = await host.NewAsync(Asking, new ImportMap().Serve("env", "ask", static () => Task.FromResult(5)));
        using (var thrower = new System.Diagnostics.Metrics.MeterListener())
        {
            thrower.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name.StartsWith("wasmactors.", StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            thrower.SetMeasurementEventCallback<long>(static (_, _, _, _) => throw new InvalidOperationException("no room"));
            thrower.SetMeasurementEventCallback<double>(static (_, _, _, _) => throw new InvalidOperationException("no room"));
            thrower.Start();

            Assert.Equal(5, await Expect.SoonAsync(instance.GetFunc("run").CallAsync<int>()));
            Assert.Equal(StoreActivity.Idle, (await Expect.SoonAsync(instance.Store.GetStatusAsync())).Activity);
        }

        Assert.Contains(sink.Events, static e => e.Level == Serilog.Events.LogEventLevel.Error && e.Exception?.Message == "no room");
        Assert.Equal(1, (await instance.Store.GetStatusAsync()).Generation);
    }

    [Fact]
    public async Task Typed_calls_that_are_only_measured_allocate_nothing_in_steady_state()
    {
        const int Calls = 2_000;
        var add = (await fixture.NewAsync(Guests.Worker, Guests.NoHost)).GetFunc("add");
        using var counted = new Counter();
        long least = long.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < Calls; i++)
            {
                _ = await add.CallAsync<int, int, int>(i, 1);
            }

            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.Equal(20 * Calls, counted.Calls);
        Assert.True(least < Calls, $"{Calls} typed calls allocated {least} bytes.");
    }

    /// <summary>Listens without allocating itself.</summary>
    private sealed class Counter : IDisposable
    {
        private readonly System.Diagnostics.Metrics.MeterListener _listener = new();
        private long _calls;

        internal Counter()
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name is "wasmactors.calls" or "wasmactors.call.duration" or "wasmactors.slices")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
            {
                if (instrument.Name == "wasmactors.calls")
                {
                    Interlocked.Add(ref _calls, value);
                }
            });
            _listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
            _listener.Start();
        }

        internal long Calls => Volatile.Read(ref _calls);

        public void Dispose() => _listener.Dispose();
    }
}
