using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Handles;

/// <summary>A host is disposed while its stores are busy: everybody is answered, and the engine released.</summary>
public sealed class HostDisposalTests
{
    private static readonly TimeSpan s_hours = TimeSpan.FromHours(2);

    [Theory]
    [InlineData(ExecutionMode.Direct)]
    [InlineData(ExecutionMode.Preemptive)]
    public async Task A_guest_that_runs_is_ended_long_before_its_deadline(ExecutionMode mode)
    {
        var host = await StartAsync(grace: TimeSpan.Zero);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var spec = new StoreSpec { Options = new() { Mode = mode, Limits = new() { Deadline = s_hours } } };
        var guest = await host.NewAsync(Guests.Worker, Guests.HostImport(x => { entered.TrySetResult(); return x; }), spec);
        var running = guest.GetFunc("announce_and_spin").CallAsync().AsTask();
        await Expect.SoonAsync(entered.Task);
        var behind = guest.GetFunc("next").CallAsync<int>().AsTask();

        await Expect.SoonAsync(host.DisposeAsync().AsTask());

        var failure = await Assert.ThrowsAnyAsync<WasmException>(() => Expect.SoonAsync(running));
        Assert.Equal(ErrorCode.StoreGone, failure.Code);
        await Expect.ErrorAsync(ErrorCode.StoreGone, () => behind);
        Assert.Equal(0, host.Engine.LiveStores);
        Assert.True(host.System.WhenTerminated.IsCompleted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_asks_for_stores_in_the_moment_when_they_end_is_answered_and_no_store_is_left(bool bySystem)
    {
        for (int i = 0; i < 4; i++)
        {
            var host = await StartAsync(grace: TimeSpan.Zero);
            await host.CreateStoreAsync();
            var askers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => AskUntilRefusedAsync(host))).ToArray();

            var end = bySystem ? host.System.Terminate() : host.DisposeAsync().AsTask();

            await Expect.SoonAsync(end);
            await Expect.SoonAsync(Task.WhenAll(askers));
            await Expect.ConditionAsync(() => host.Engine.LiveStores == 0, "no store is left");
            await host.DisposeAsync();
        }

        static async Task AskUntilRefusedAsync(WasmHost host)
        {
            var failure = await Record.ExceptionAsync(async () =>
            {
                while (true)
                {
                    await host.CreateStoreAsync();
                }
            });
            Assert.True(failure is ObjectDisposedException or WasmError { Code: ErrorCode.StoreGone }, failure?.ToString());
        }
    }

    [Theory]
    [InlineData(FailurePolicy.Keep)]
    [InlineData(FailurePolicy.Replace)]
    [InlineData(FailurePolicy.Stop)]
    public async Task A_guest_that_waits_for_an_import_and_those_behind_it_are_answered_store_gone(FailurePolicy policy)
    {
        var host = await StartAsync(grace: TimeSpan.FromMilliseconds(20));
        var never = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var guest = await host.NewAsync(Guests.Worker, new ImportMap().Serve("env", "host", (int _) => never.Task), new() { AfterInterrupt = policy });
        var waiting = guest.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        var behind = guest.GetFunc("next").CallAsync<int>().AsTask();
        var asked = guest.Store.Actor.Ask<object>(new StoreProtocol.Call(guest.GetFunc("next").Id, []), TimeSpan.FromSeconds(60));
        await Expect.ConditionAsync(() => guest.Store.GetStatusAsync().AsTask().GetAwaiter().GetResult().QueueLength == 2, "they wait");

        await Expect.SoonAsync(host.DisposeAsync().AsTask());

        await Expect.ErrorAsync(ErrorCode.StoreGone, () => waiting);
        await Expect.ErrorAsync(ErrorCode.StoreGone, () => behind);
        Assert.Equal(ErrorCode.StoreGone, Assert.IsType<StoreProtocol.Failed>(await asked).Failure.Code);
        Assert.Equal(0, host.Engine.LiveStores);
    }

    [Fact]
    public async Task What_was_sent_before_is_carried_out_within_the_grace()
    {
        var host = await StartAsync(grace: s_hours);
        var answer = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var guest = await host.NewAsync(Guests.Worker, new ImportMap().Serve("env", "host", (int _) => answer.Task));
        var waiting = guest.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        var behind = guest.GetFunc("next").CallAsync<int>().AsTask();

        var disposing = host.DisposeAsync().AsTask();
        await Expect.ConditionAsync(() => guest.Store.IsGone, "it takes no more");
        await Expect.ErrorAsync(ErrorCode.StoreGone, guest.GetFunc("next").CallAsync<int>());
        var refused = await host.Supervisor.Ask<object>(new HostProtocol.CreateStore(new StoreSpec()), TimeSpan.FromSeconds(60));
        Assert.Equal(ErrorCode.StoreGone, Assert.IsType<StoreProtocol.Failed>(refused).Failure.Code);
        Assert.False(disposing.IsCompleted);
        answer.SetResult(7);

        Assert.Equal(7, await Expect.SoonAsync(waiting));
        Assert.Equal(1, await Expect.SoonAsync(behind));
        await Expect.SoonAsync(disposing);
        Assert.Equal(0, host.Engine.LiveStores);
    }

    [Fact]
    public async Task Those_who_wait_for_a_host_function_that_does_not_return_are_answered_and_the_engine_ends_with_it()
    {
        using var gate = new Gate();
        var host = await StartAsync(grace: TimeSpan.Zero);
        var guest = await host.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass), new() { Options = new() { Limits = new() { Deadline = s_hours } } });
        var stuck = guest.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await gate.Entered;
        var behind = guest.GetFunc("next").CallAsync<int>().AsTask();

        await Expect.SoonAsync(host.DisposeAsync().AsTask());

        await Expect.ErrorAsync(ErrorCode.StoreGone, () => stuck);
        await Expect.ErrorAsync(ErrorCode.StoreGone, () => behind);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.CreateStoreAsync());
        Assert.Equal(1, host.Engine.LiveStores);
        gate.Open();
        await Expect.ConditionAsync(() => host.Engine.LiveStores == 0, "the store is released");
        await Expect.SoonAsync(host.System.WhenTerminated);
    }

    [Fact]
    public async Task A_clock_that_stands_still_holds_up_no_disposal()
    {
        var host = await WasmHost.StartAsync(HostFixture.Options with { Engine = new() { Clock = new SteppedClock() }, StopGrace = TimeSpan.FromMilliseconds(20) });
        var guest = await host.NewAsync(Guests.Worker, Guests.NoHost);
        var running = guest.GetFunc("spin").CallAsync().AsTask();

        await Expect.SoonAsync(host.DisposeAsync().AsTask());

        Assert.Equal(ErrorCode.StoreGone, (await Assert.ThrowsAnyAsync<WasmException>(() => Expect.SoonAsync(running))).Code);
        Assert.Equal(0, host.Engine.LiveStores);
    }

    [Fact]
    public async Task A_grace_out_of_range_is_refused()
    {
        var error = await Assert.ThrowsAsync<WasmError>(() => StartAsync(TimeSpan.FromSeconds(-1)));
        Assert.Equal(ErrorCode.BadSettings, error.Code);
        Assert.Equal("WasmHostOptions.StopGrace is -00:00:01; allowed is zero to one day.", error.Message);
    }

    private static Task<WasmHost> StartAsync(TimeSpan grace) => WasmHost.StartAsync(HostFixture.Options with { StopGrace = grace });
}
