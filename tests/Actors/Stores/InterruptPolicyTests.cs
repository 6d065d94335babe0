using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Stores;

public class InterruptPolicyTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task A_replaced_store_loses_its_state_and_keeps_its_handles()
    {
        var instance = await NewAsync(FailurePolicy.Replace);
        var next = instance.GetFunc("next");

        for (int round = 0; round < 5; round++)
        {
            Assert.Equal(1, await next.CallAsync<int>());
            Assert.Equal(2, await next.CallAsync<int>());
            await Expect.DeadlineTrapAsync(() => instance.GetFunc("spin").CallAsync(TimeSpan.FromMilliseconds(20)));
        }

        Assert.False(instance.Store.IsGone);
    }

    [Fact]
    public async Task Callers_that_waited_for_a_store_that_broke_get_store_lost()
    {
        var (waiting, asked, instance) = await BreakWhileOthersWaitAsync(FailurePolicy.Replace);

        foreach (var call in waiting)
        {
            var error = await Expect.ErrorAsync(ErrorCode.StoreLost, () => call);
            Assert.StartsWith($"Store {instance.Store.Id} broke and is replaced by a fresh one (call.cancelled)", error.Message);
        }

        Assert.Equal(ErrorCode.StoreLost, Assert.IsType<StoreProtocol.Failed>(await asked).Failure.Code);
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task A_kept_store_goes_on_as_the_guest_left_it()
    {
        var (waiting, asked, instance) = await BreakWhileOthersWaitAsync(FailurePolicy.Keep);

        Assert.Equal(Enumerable.Range(2, waiting.Length), await Expect.SoonAsync(Task.WhenAll(waiting)));
        Assert.IsType<StoreProtocol.Returned>(await asked);
        Assert.Equal(waiting.Length + 3, await instance.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task A_stopped_store_has_gone_for_all_who_waited()
    {
        var (waiting, asked, instance) = await BreakWhileOthersWaitAsync(FailurePolicy.Stop);

        Assert.True(instance.Store.IsGone);
        foreach (var call in waiting)
        {
            await Expect.ErrorAsync(ErrorCode.StoreGone, () => call);
        }

        Assert.Equal(ErrorCode.StoreGone, Assert.IsType<StoreProtocol.Failed>(await asked).Failure.Code);
        var error = await Expect.ErrorAsync(ErrorCode.StoreGone, instance.GetFunc("next").CallAsync<int>());
        Assert.Equal($"Store {instance.Store.Id} has gone: its guest was interrupted (call.cancelled). Make a new one.", error.Message);
    }

    [Fact]
    public async Task A_trap_or_a_host_exception_is_no_reason_to_replace_a_store()
    {
        var instance = await fixture.NewAsync(Guests.Worker, Guests.HostImport(_ => throw new InvalidOperationException("no")));
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());

        await Expect.TrapAsync("trap.unreachable", instance.GetFunc("trap").CallAsync());
        await Expect.ErrorAsync(ErrorCode.HostException, instance.GetFunc("call_host").CallAsync(1));

        Assert.Equal(2, await instance.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task More_than_ten_replacements_a_minute_give_the_store_a_rest_and_everybody_is_answered()
    {
        var instance = await fixture.NewAsync(Guests.Worker, Guests.NoHost, new StoreSpec { AfterTrap = FailurePolicy.Replace, Restart = new() { FirstDelay = TimeSpan.Zero } });
        for (int i = 0; i < 10; i++)
        {
            await Expect.TrapAsync("trap.unreachable", instance.GetFunc("trap").CallAsync());
            Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
        }

        var last = instance.GetFunc("trap").CallAsync();
        Task<int>[] waiting = [.. Enumerable.Range(0, 20).Select(async _ => await instance.GetFunc("next").CallAsync<int>())];
        await Expect.TrapAsync("trap.unreachable", last);

        foreach (var call in waiting)
        {
            var error = await Assert.ThrowsAsync<WasmError>(() => Expect.SoonAsync(call));
            Assert.True(error.Code is ErrorCode.StoreLost or ErrorCode.CircuitOpen, error.Code);
        }

        await Expect.ErrorAsync(ErrorCode.CircuitOpen, instance.GetFunc("next").CallAsync<int>());
        Assert.False(instance.Store.IsGone);
    }

    private Task<InstanceRef> NewAsync(FailurePolicy policy) => fixture.NewAsync(Guests.Worker, Guests.NoHost, Guests.Spec(policy));

    // Cancels a guest without end while calls wait behind it; "next" has answered 1 before.
    private async Task<(Task<int>[] Waiting, Task<object> Asked, InstanceRef Instance)> BreakWhileOthersWaitAsync(FailurePolicy policy)
    {
        var (instance, interruptAsync) = await InterruptibleAsync(policy);
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
        Task<int>[] waiting = [];
        Task<object> asked = Task.FromResult(new object());
        await interruptAsync(() =>
        {
            waiting = [.. Enumerable.Range(0, 20).Select(_ => instance.GetFunc("next").CallAsync<int>().AsTask())];
            asked = instance.Store.Actor.Ask<object>(new StoreProtocol.Call(instance.GetFunc("next").Id, []), TimeSpan.FromSeconds(60));
        });
        return (waiting, asked, instance);
    }

    // An instance, and what starts a guest without end in it, does something meanwhile, and cancels the guest.
    private async Task<(InstanceRef Instance, Func<Action, Task> InterruptAsync)> InterruptibleAsync(FailurePolicy policy)
    {
        var started = new SemaphoreSlim(0);
        var import = Guests.HostImport(x =>
        {
            started.Release();
            return x;
        });
        var instance = await fixture.NewAsync(Guests.Worker, import, Guests.Spec(policy));
        return (instance, InterruptAsync);

        async Task InterruptAsync(Action meanwhile)
        {
            using var cancellation = new CancellationTokenSource();
            var spin = instance.GetFunc("announce_and_spin").CallAsync(cancellation.Token);
            Assert.True(await started.WaitAsync(TimeSpan.FromSeconds(60)));
            meanwhile();
            await cancellation.CancelAsync();
            await Expect.TrapAsync(ErrorCode.Cancelled, spin);
        }
    }
}
