using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Stores;

public class CancellationTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task A_call_cancelled_before_it_is_sent_never_reaches_the_guest()
    {
        var instance = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        var cancelled = new CancellationToken(canceled: true);

        await Expect.ErrorAsync(ErrorCode.Cancelled, instance.GetFunc("next").CallAsync<int>(cancelled));
        await Expect.ErrorAsync(ErrorCode.Cancelled, instance.GetFunc("next").CallAsync(cancelled));

        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task A_call_cancelled_while_it_waits_is_answered_at_once_and_never_reaches_the_guest()
    {
        using var gate = new Gate();
        using var cancellation = new CancellationTokenSource();
        var instance = await fixture.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass));
        var running = instance.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await gate.Entered;
        var waiting = instance.GetFunc("next").CallAsync<int>(cancellation.Token);
        var reading = instance.Store.GetDataAsync(cancellation.Token);

        await cancellation.CancelAsync();

        var error = await Expect.ErrorAsync(ErrorCode.Cancelled, waiting);
        await Expect.ErrorAsync(ErrorCode.Cancelled, reading);
        Assert.Equal("The call was cancelled while it waited for its store; the guest was not called.", error.Message);
        Assert.False(running.IsCompleted);
        gate.Open();
        Assert.Equal(1, await Expect.SoonAsync(running));
        Assert.Equal(1, await instance.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task A_guest_without_end_is_ended_by_cancellation()
    {
        var (instance, started) = await SpinnerAsync(FailurePolicy.Replace);
        using var cancellation = new CancellationTokenSource();
        var spin = instance.GetFunc("announce_and_spin").CallAsync(cancellation.Token);
        await started;

        await cancellation.CancelAsync();

        var trap = await Expect.TrapAsync(ErrorCode.Cancelled, spin);
        Assert.Equal(TrapCode.Interrupt, trap.TrapCode);
        Assert.Equal("The call was cancelled while the guest was running.", trap.Message);
        Assert.Equal("spin", trap.Frames[0].FuncName);
        Assert.Equal(3, await instance.GetFunc("add").CallAsync<int, int, int>(1, 2));
    }

    [Fact]
    public async Task A_typed_batch_is_cancelled_in_the_middle_and_tells_what_it_has()
    {
        using var cancellation = new CancellationTokenSource();
        var instance = await fixture.NewAsync(
            """
            (module
              (import "env" "host" (func $host (param i32) (result i32)))
              (func (export "run") (param i32) (result i32)
                (if (call $host (local.get 0)) (then (loop $l (br $l))))
                (local.get 0)))
            """,
            Guests.HostImport(x =>
            {
                if (x == 3)
                {
                    cancellation.Cancel();
                }

                return x == 3 ? 1 : 0;
            }));

        var batch = await Expect.SoonAsync(instance.GetFunc("run").CallBatchAsync<int, int>(new[] { 1, 2, 3, 4 }, cancellation.Token));

        Assert.Equal([1, 2], batch.Results.ToArray());
        Assert.Equal(ErrorCode.Cancelled, batch.Failure!.Code);
    }

    [Fact]
    public async Task A_token_cancelled_after_the_answer_does_not_touch_later_calls()
    {
        using var gate = new Gate();
        var instance = await fixture.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass));
        var add = instance.GetFunc("call_host");
        using var earlier = new CancellationTokenSource();
        Assert.Equal(3, await instance.GetFunc("add").CallAsync<int, int, int>(1, 2, earlier.Token));

        var running = instance.GetFunc("call_host").CallAsync<int, int>(5).AsTask();
        await gate.Entered;
        var waiting = instance.GetFunc("add").CallAsync<int, int, int>(3, 4).AsTask();
        await earlier.CancelAsync();
        gate.Open();

        Assert.Equal(5, await Expect.SoonAsync(running));
        Assert.Equal(7, await Expect.SoonAsync(waiting));
    }

    [Fact]
    public async Task Calls_cancelled_at_any_moment_are_answered_once_with_their_value_or_call_cancelled()
    {
        var instance = await fixture.NewAsync(Guests.Worker, Guests.NoHost, new StoreSpec { AfterInterrupt = FailurePolicy.Keep }); // a tick may come in the middle of a guest
        var add = instance.GetFunc("add");

        var tasks = Enumerable.Range(0, 2_000).Select(async i =>
        {
            using var cancellation = new CancellationTokenSource();
            var call = add.CallAsync<int, int, int>(i, 1, cancellation.Token);
            if (i % 3 == 0)
            {
                _ = Task.Run(cancellation.Cancel);
            }

            try
            {
                Assert.Equal(i + 1, await call);
                return true;
            }
            catch (WasmException cancelled)
            {
                Assert.Equal(ErrorCode.Cancelled, cancelled.Code);
                Assert.Equal(0, i % 3);
                return false;
            }
        }).ToArray();

        bool[] outcomes = await Expect.SoonAsync(Task.WhenAll(tasks));
        Assert.True(outcomes.Count(o => o) >= 2_000 * 2 / 3);
        Assert.Equal(3, await add.CallAsync<int, int, int>(1, 2));
    }

    private async Task<(InstanceRef Instance, Task Started)> SpinnerAsync(FailurePolicy policy)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var instance = await fixture.NewAsync(
            Guests.Worker,
            Guests.HostImport(x =>
            {
                started.TrySetResult();
                return x;
            }),
            Guests.Spec(policy));
        return (instance, Expect.SoonAsync(started.Task));
    }
}
