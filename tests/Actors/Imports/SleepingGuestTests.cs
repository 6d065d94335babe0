using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Imports;

/// <summary>WASI programs that sleep in preemptive stores hold neither a thread nor their store's ear. Time stands still until a test
/// lets it go on.</summary>
public abstract class SleepingGuestTests(bool onThreads) : IAsyncLifetime
{
    private const string Sleeper = """
        (module
          (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (func (export "sleep") (param $nanoseconds i64) (result i32)
            (i32.store (i32.const 16) (i32.const 1))
            (i64.store (i32.const 24) (local.get $nanoseconds))
            (call $poll (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 512))))
        """;

    private const long Second = 1_000_000_000;

    private readonly ManualClock _clock = new();
    private WasmHost _host = null!;

    public async Task InitializeAsync() =>
        _host = await WasmHost.StartAsync(HostFixture.Options with { Engine = new() { Clock = _clock, PreemptOnThreads = onThreads }, Parallelism = 1 });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Guests_that_sleep_keep_no_thread_from_others()
    {
        var sleepers = new List<InstanceRef>();
        for (int i = 0; i < 20; i++)
        {
            sleepers.Add(await NewAsync());
        }

        var asleep = sleepers.ConvertAll(static s => s.GetFunc("sleep").CallAsync<long, int>(5 * Second).AsTask());
        foreach (var sleeper in sleepers)
        {
            await AsleepAsync(sleeper);
        }

        var other = await _host.NewAsync(Guests.Worker, Guests.NoHost);
        Assert.Equal(3, await Expect.SoonAsync(other.GetFunc("add").CallAsync<int, int, int>(1, 2)));
        Assert.All(asleep, static call => Assert.False(call.IsCompleted));

        _clock.AdvancePast(TimeSpan.FromSeconds(5));
        Assert.All(await Expect.SoonAsync(Task.WhenAll(asleep)), static result => Assert.Equal(0, result));
    }

    [Fact]
    public async Task A_store_whose_guest_sleeps_tells_what_it_does_and_shows_its_memory()
    {
        var sleeper = await NewAsync();
        var call = sleeper.GetFunc("sleep").CallAsync<long, int>(5 * Second).AsTask();
        var status = await AsleepAsync(sleeper);

        Assert.Equal("wasi_snapshot_preview1::poll_oneoff", status.ParkedOn);
        Assert.Equal(new byte[] { 1, 0, 0, 0 }, (await sleeper.GetMemory().ReadAsync(16, 4)).ToArray());
        _clock.AdvancePast(TimeSpan.FromSeconds(5));
        Assert.Equal(0, await Expect.SoonAsync(call));
    }

    [Fact]
    public async Task A_sleep_does_not_outlive_the_deadline()
    {
        var sleeper = await NewAsync();
        var call = sleeper.GetFunc("sleep").CallAsync<long, int>(60 * Second, TimeSpan.FromSeconds(1));
        await AsleepAsync(sleeper);

        _clock.AdvancePast(TimeSpan.FromSeconds(1));

        var trap = await Expect.TrapAsync(ErrorCode.DeadlineExceeded, call);
        Assert.Contains("waiting for 'wasi_snapshot_preview1::poll_oneoff'", trap.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sleep_ends_when_its_call_is_cancelled()
    {
        var sleeper = await NewAsync();
        using var cancellation = new CancellationTokenSource();
        var call = sleeper.GetFunc("sleep").CallAsync<long, int>(60 * Second, cancellation.Token);
        await AsleepAsync(sleeper);

        await cancellation.CancelAsync();

        await Expect.TrapAsync(ErrorCode.Cancelled, call);
    }

    [Fact]
    public async Task A_guest_asked_for_by_message_sleeps_the_same_way()
    {
        await using var host = await WasmHost.StartAsync(HostFixture.Options with { Engine = new() { PreemptOnThreads = onThreads } });
        var sleeper = await host.NewAsync(Sleeper, new ImportSet().DefineWasi(), s_preemptive);
        var sleep = sleeper.GetFunc("sleep").Id;

        object reply = await sleeper.Store.Actor.Ask<object>(new StoreProtocol.Call(sleep, [Val.I64(1_000_000)]), TimeSpan.FromSeconds(60));
        Assert.Equal(0, Assert.IsType<StoreProtocol.Returned>(reply).Results.Value.AsI32());
        reply = await sleeper.Store.Actor.Ask<object>(new StoreProtocol.Call(sleep, [Val.I64(600 * Second)]) { Within = TimeSpan.FromMilliseconds(20) }, TimeSpan.FromSeconds(60));
        Assert.Equal(ErrorCode.DeadlineExceeded, Assert.IsType<StoreProtocol.Failed>(reply).Failure.Code);
    }

    private static readonly StoreSpec s_preemptive = new() { Options = new() { Mode = ExecutionMode.Preemptive }, AfterInterrupt = FailurePolicy.Keep };

    private Task<InstanceRef> NewAsync() => _host.NewAsync(Sleeper, new ImportSet().DefineWasi(), s_preemptive);

    private static async Task<StoreStatus> AsleepAsync(InstanceRef sleeper)
    {
        for (int i = 0; i < 100_000; i++)
        {
            var status = await Expect.SoonAsync(sleeper.Store.GetStatusAsync());
            if (status.Activity == StoreActivity.Parked)
            {
                return status;
            }
        }

        throw new TimeoutException("The guest did not fall asleep.");
    }

    /// <summary>On stacks of their own, where the platform has them.</summary>
    public sealed class OnStacks() : SleepingGuestTests(onThreads: false);

    /// <summary>On threads of their own.</summary>
    public sealed class OnThreads() : SleepingGuestTests(onThreads: true);
}
