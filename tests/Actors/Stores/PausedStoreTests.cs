using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Imports;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Stores;

/// <summary>Stores whose guest is paused, where guests share threads.</summary>
public sealed class PausedStoreTests(HostFixture fixture) : PausedStoreSpec(fixture), IClassFixture<HostFixture>;

/// <summary>The same, a thread for each guest.</summary>
public sealed class PausedStoreOnThreadsTests(ThreadsFixture fixture) : PausedStoreSpec(fixture), IClassFixture<ThreadsFixture>;

/// <summary>What a store does while its guest is paused, and how that ends.</summary>
public abstract class PausedStoreSpec(HostFixture fixture)
{
    private readonly TaskCompletionSource<int> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task The_status_tells_what_the_store_does()
    {
        var guest = await WaitingAsync();
        var idle = await guest.Store.GetStatusAsync();
        Assert.Equal((StoreActivity.Idle, 1, 0, null, null), (idle.Activity, idle.Generation, idle.QueueLength, idle.RunningSince, idle.ParkedOn));

        var call = guest.GetFunc("ask").CallAsync<int, int>(1).AsTask();
        await ServedImportSpec.Parked(guest);
        var behind = guest.GetFunc("plain").CallAsync<int, int>(1).AsTask();
        await Expect.ConditionAsync(() => guest.Store.GetStatusAsync().AsTask().GetAwaiter().GetResult().QueueLength == 1, "the second call waits");
        var parked = await guest.Store.GetStatusAsync();
        Assert.Equal(("env::ask", 0), (parked.ParkedOn, parked.NestedCalls));
        Assert.InRange(parked.Slices, 1, 1000);
        Assert.True(parked.RunningSince <= parked.ParkedSince && parked.ParkedSince <= DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Null(parked.Fuel);
        Assert.True(parked.Calls > idle.Calls);

        _answer.SetResult(1);
        Assert.Equal(2, await Expect.SoonAsync(call));
        Assert.Equal(3, await Expect.SoonAsync(behind));
        Assert.Equal(StoreActivity.Idle, (await guest.Store.GetStatusAsync()).Activity);

        var spinning = guest.GetFunc("spin").CallAsync(TimeSpan.FromSeconds(1)).AsTask();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        StoreStatus running;
        do
        {
            running = await guest.Store.GetStatusAsync(deadline.Token);
        }
        while (running.Activity != StoreActivity.Running && !spinning.IsCompleted);

        await Assert.ThrowsAsync<Trap>(() => Expect.SoonAsync(spinning));
        Assert.Equal(2, (await guest.Store.GetStatusAsync()).Generation);
    }

    [Fact]
    public async Task What_only_looks_is_answered_while_a_guest_waits()
    {
        var guest = await WaitingAsync();
        var call = guest.GetFunc("ask").CallAsync<int, int>(1).AsTask();
        await ServedImportSpec.Parked(guest);

        Assert.Equal("hello", await Expect.SoonAsync(guest.GetMemory().ReadStringAsync(16, 5)));
        Assert.Equal(5, (await Expect.SoonAsync(guest.GetGlobal("g").GetAsync())).AsI32());
        Assert.Equal(4, await Expect.SoonAsync(guest.GetTable("table").GetSizeAsync()));
        await Expect.ErrorAsync(ErrorCode.MemoryOutOfRange, guest.GetMemory().ReadAsync(1 << 20, 1));
        var write = guest.GetMemory().WriteStringAsync(16, "later").AsTask(); // changes keep their place in line
        Assert.Equal("hello", await Expect.SoonAsync(guest.GetMemory().ReadStringAsync(16, 5)));
        Assert.False(write.IsCompleted);

        _answer.SetResult(1);
        Assert.Equal(2, await Expect.SoonAsync(call));
        await Expect.SoonAsync(write);
        Assert.Equal("later", await Expect.SoonAsync(guest.GetMemory().ReadStringAsync(16, 5)));
    }

    [Theory]
    [InlineData(FailurePolicy.Keep, StoreFate.Kept)]
    [InlineData(FailurePolicy.Replace, StoreFate.Replaced)]
    [InlineData(FailurePolicy.Stop, StoreFate.Stopped)]
    public async Task A_waiting_guest_is_cancelled_at_once_and_the_failure_tells_what_became_of_the_store(FailurePolicy policy, StoreFate fate)
    {
        var guest = await WaitingAsync(Guests.Spec(policy));
        await guest.GetGlobal("g").SetAsync(77);
        using var cancellation = new CancellationTokenSource();
        var call = guest.GetFunc("ask").CallAsync<int, int>(1, cancellation.Token).AsTask();
        await ServedImportSpec.Parked(guest);
        await cancellation.CancelAsync();

        var trap = await Assert.ThrowsAsync<Trap>(() => Expect.SoonAsync(call));
        Assert.Equal((ErrorCode.Cancelled, fate), (trap.Code, trap.Fate));
        Assert.Contains("env::ask", trap.Message);
        if (policy == FailurePolicy.Stop)
        {
            await Expect.ErrorAsync(ErrorCode.StoreGone, guest.GetFunc("plain").CallAsync<int, int>(1));
        }
        else
        {
            Assert.Equal(policy == FailurePolicy.Keep ? 77 : 5, (await Expect.SoonAsync(guest.GetGlobal("g").GetAsync())).AsI32());
        }
    }

    [Fact]
    public async Task A_running_guest_in_slices_is_cancelled_and_tells_the_same()
    {
        var guest = await WaitingAsync(Guests.Spec(FailurePolicy.Keep));
        using var cancellation = new CancellationTokenSource();
        var call = guest.GetFunc("spin").CallAsync(cancellation.Token).AsTask();
        await Expect.ConditionAsync(() => guest.Store.GetStatusAsync().AsTask().GetAwaiter().GetResult() is { Slices: > 20 }, "it runs");
        await cancellation.CancelAsync();
        var trap = await Assert.ThrowsAsync<Trap>(() => Expect.SoonAsync(call));
        Assert.Equal((ErrorCode.Cancelled, StoreFate.Kept), (trap.Code, trap.Fate));
        Assert.Equal(3, await Expect.SoonAsync(guest.GetFunc("plain").CallAsync<int, int>(1)));
    }

    [Fact]
    public async Task The_deadline_reaches_a_waiting_guest_by_handle_and_by_message()
    {
        var guest = await WaitingAsync(Guests.Spec(FailurePolicy.Keep));
        var trap = await Assert.ThrowsAsync<Trap>(() => Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(1, TimeSpan.FromMilliseconds(150))));
        Assert.Equal((ErrorCode.DeadlineExceeded, StoreFate.Kept), (trap.Code, trap.Fate));

        var reply = await guest.Store.Actor.Ask<object>(
            new StoreProtocol.Call(guest.GetFunc("ask").Id, [1]) { Within = TimeSpan.FromMilliseconds(150) },
            TimeSpan.FromSeconds(60));
        var failure = Assert.IsType<StoreProtocol.Failed>(reply).Failure;
        Assert.Equal((ErrorCode.DeadlineExceeded, StoreFate.Kept), (failure.Code, failure.Fate));
    }

    [Fact]
    public async Task The_deadline_travels_and_only_shrinks()
    {
        TimeSpan? left = null;
        CallChain? chain = null;
        var slow = await fixture.NewAsync("""(module (func (export "spin") (param i32) (result i32) (loop $l (br $l)) (i32.const 0)))""", null, Guests.Spec(FailurePolicy.Keep));
        var guest = await fixture.NewAsync(ServedImportSpec.Guest, new ImportMap().Serve("env", "ask", async (CallerRef caller, int x) =>
        {
            (left, chain) = (caller.Options.Within, caller.Options.Chain);
            return await slow.GetFunc("spin").CallAsync<int, int>(x); // nothing said, and ends with the import all the same
        }), Guests.Spec(FailurePolicy.Keep));

        var failure = await Assert.ThrowsAnyAsync<WasmException>(() => Expect.SoonAsync(guest.GetFunc("ask").CallAsync<int, int>(1, TimeSpan.FromMilliseconds(200))));
        Assert.Equal(ErrorCode.DeadlineExceeded, failure.Code);
        Assert.InRange(left!.Value, TimeSpan.Zero, TimeSpan.FromMilliseconds(202));
        Assert.Equal(guest.Store.Id, chain!.Store);
        await Expect.ConditionAsync(() => slow.Store.GetStatusAsync().AsTask().GetAwaiter().GetResult().Activity == StoreActivity.Idle, "the other store's guest ended too");
    }

    [Fact]
    public async Task Stopping_waits_for_a_guest_that_waits()
    {
        var guest = await WaitingAsync();
        var call = guest.GetFunc("ask").CallAsync<int, int>(1).AsTask();
        await ServedImportSpec.Parked(guest);
        var behind = guest.GetFunc("plain").CallAsync<int, int>(1).AsTask();
        var stopping = guest.Store.StopAsync().AsTask();
        await Expect.ConditionAsync(() => guest.Store.IsGone, "it takes no more");
        await Expect.ErrorAsync(ErrorCode.StoreGone, guest.GetFunc("plain").CallAsync<int, int>(1));
        Assert.False(stopping.IsCompleted);

        _answer.SetResult(1);
        Assert.Equal(2, await Expect.SoonAsync(call));
        Assert.Equal(3, await Expect.SoonAsync(behind));
        await Expect.SoonAsync(stopping);
    }

    [Fact]
    public async Task A_host_that_is_disposed_answers_those_whose_guests_are_paused()
    {
        var host = await WasmHost.StartAsync(HostFixture.Options with { Engine = fixture.Host.Engine.Settings });
        var guest = await host.NewAsync(ServedImportSpec.Guest, new ImportMap().Serve("env", "ask", (int _) => _answer.Task));
        var waiting = guest.GetFunc("ask").CallAsync<int, int>(1).AsTask();
        await ServedImportSpec.Parked(guest);
        var other = await host.NewAsync(ServedImportSpec.Guest, new ImportMap().Serve("env", "ask", (int _) => _answer.Task));
        var spinning = other.GetFunc("spin").CallAsync().AsTask();
        await Expect.SoonAsync(host.DisposeAsync().AsTask());

        await Expect.ErrorAsync(ErrorCode.StoreGone, () => waiting);
        Assert.Equal(ErrorCode.StoreGone, (await Assert.ThrowsAnyAsync<WasmException>(() => Expect.SoonAsync(spinning))).Code);
        Assert.Equal(0, host.Engine.LiveStores);
    }

    [Fact]
    public async Task The_queue_of_a_waiting_store_is_bounded_for_handles_and_messages()
    {
        var guest = await WaitingAsync(Guests.Spec(queueLimit: 5));
        var call = guest.GetFunc("ask").CallAsync<int, int>(1).AsTask();
        await ServedImportSpec.Parked(guest);
        var queued = Enumerable.Range(0, 5).Select(i => guest.GetFunc("plain").CallAsync<int, int>(i).AsTask()).ToArray();
        await Expect.ErrorAsync(ErrorCode.Busy, guest.GetFunc("plain").CallAsync<int, int>(1));
        var reply = await guest.Store.Actor.Ask<object>(new StoreProtocol.Call(guest.GetFunc("plain").Id, [1]), TimeSpan.FromSeconds(60));
        Assert.Equal(ErrorCode.Busy, Assert.IsType<StoreProtocol.Failed>(reply).Failure.Code);

        _answer.SetResult(1);
        Assert.Equal(2, await Expect.SoonAsync(call));
        int[] answers = await Expect.SoonAsync(Task.WhenAll(queued));
        Assert.Equal([0, 3, 6, 9, 12], answers);
    }

    [Fact]
    public async Task A_queued_call_is_cancelled_at_once()
    {
        var guest = await WaitingAsync();
        var call = guest.GetFunc("ask").CallAsync<int, int>(1).AsTask();
        await ServedImportSpec.Parked(guest);
        using var cancellation = new CancellationTokenSource();
        var queued = guest.GetFunc("plain").CallAsync<int, int>(1, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Expect.ErrorAsync(ErrorCode.Cancelled, () => queued);
        _answer.SetResult(1);
        Assert.Equal(2, await Expect.SoonAsync(call));
    }

    [Fact]
    public async Task A_preemptive_store_runs_its_guests_in_slices()
    {
        var spec = new StoreSpec { Options = new() { Mode = ExecutionMode.Preemptive }, AfterInterrupt = FailurePolicy.Keep };
        var guest = await fixture.NewAsync("""(module (func (export "spin") (loop $l (br $l))))""", null, spec);
        using var cancellation = new CancellationTokenSource();
        var call = guest.GetFunc("spin").CallAsync(cancellation.Token).AsTask();
        await Expect.ConditionAsync(() => guest.Store.GetStatusAsync().AsTask().GetAwaiter().GetResult() is { Activity: StoreActivity.Running, Slices: > 2 }, "the status is told between slices");
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<Trap>(() => Expect.SoonAsync(call));
    }

    private Task<InstanceRef> WaitingAsync(StoreSpec? spec = null) =>
        fixture.NewAsync(ServedImportSpec.Guest, new ImportMap().Serve("env", "ask", async (int x) => await _answer.Task * x), spec);
}
