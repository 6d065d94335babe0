using Akka.Actor;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Tests.Stores;

public class QueueTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task A_full_queue_refuses_at_once_and_loses_nothing()
    {
        using var gate = new Gate();
        var instance = await fixture.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass), Guests.Spec(queueLimit: 5));
        var running = instance.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await gate.Entered;
        var waiting = Enumerable.Range(0, 5).Select(_ => instance.GetFunc("next").CallAsync<int>().AsTask()).ToArray();

        var typed = instance.GetFunc("next").CallAsync<int>();
        var untyped = instance.GetFunc("next").CallAsync();
        var batch = instance.GetFunc("next").CallBatchAsync<Runtime.Values.Nothing, int>(new Runtime.Values.Nothing[1]);
        var read = instance.Store.GetDataAsync();

        Assert.True(typed.IsFaulted && untyped.IsFaulted && batch.IsFaulted && read.IsFaulted);
        var error = await Expect.ErrorAsync(ErrorCode.Busy, typed);
        Assert.Equal($"Store {instance.Store.Id} has 5 requests waiting, its limit (StoreSpec.QueueLimit): send fewer at once. Try again in 1,000 µs.", error.Message);
        Assert.Equal(TimeSpan.FromMilliseconds(1), error.RetryAfter);
        await Expect.ErrorAsync(ErrorCode.Busy, untyped);
        await Expect.ErrorAsync(ErrorCode.Busy, batch);
        await Expect.ErrorAsync(ErrorCode.Busy, read);
        gate.Open();
        Assert.Equal(1, await Expect.SoonAsync(running));
        int[] answers = await Expect.SoonAsync(Task.WhenAll(waiting));
        Assert.Equal([1, 2, 3, 4, 5], answers);
        Assert.Equal(6, await instance.GetFunc("next").CallAsync<int>());
    }

    [Fact]
    public async Task Commands_by_message_find_the_queue_full_while_the_store_is_busy_and_are_told_so_at_once()
    {
        using var gate = new Gate();
        var instance = await fixture.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass), Guests.Spec(queueLimit: 3));
        var running = instance.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await gate.Entered;
        var next = new StoreProtocol.Call(instance.GetFunc("next").Id, []);
        Task<object>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => instance.Store.Actor.Ask<object>(next, TimeSpan.FromSeconds(60)))];

        // The actor cannot look into its mailbox now: whoever sends is answered all the same.
        var failure = Assert.IsType<StoreProtocol.Failed>(await Expect.SoonAsync(instance.Store.Actor.Ask<object>(next, TimeSpan.FromSeconds(60)))).Failure;
        Assert.Equal(ErrorCode.Busy, failure.Code);
        Assert.NotNull(failure.RetryAfter);
        await Expect.ErrorAsync(ErrorCode.Busy, instance.GetFunc("next").CallAsync<int>());
        Assert.All(waiting, static w => Assert.False(w.IsCompleted));

        var stopping = instance.Store.Actor.Ask<object>(new StoreProtocol.Stop(), TimeSpan.FromSeconds(60));
        gate.Open();
        Assert.Equal(1, await Expect.SoonAsync(running));
        object[] replies = await Expect.SoonAsync(Task.WhenAll(waiting));
        Assert.Equal([1, 2, 3], replies.Select(static r => Assert.IsType<StoreProtocol.Returned>(r).Results.Value.AsI32()));
        Assert.IsType<StoreProtocol.Done>(await Expect.SoonAsync(stopping));
    }

    [Fact]
    public async Task Every_command_by_message_is_answered_while_its_store_stops()
    {
        for (int round = 0; round < 20; round++)
        {
            var instance = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
            var next = new StoreProtocol.Call(instance.GetFunc("next").Id, []);
            var senders = Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 100)
                .Select(_ => instance.Store.Actor.Ask<object>(next, TimeSpan.FromSeconds(60)))
                .ToArray()));
            var stopping = Task.Run(() => instance.Store.StopAsync().AsTask());

            foreach (var sent in await Expect.SoonAsync(Task.WhenAll(senders)))
            {
                Assert.All(await Expect.SoonAsync(Task.WhenAll(sent)), static reply => Assert.True(
                    reply is StoreProtocol.Returned or StoreProtocol.Failed { Failure.Code: ErrorCode.StoreGone }, $"It was answered {reply}."));
            }

            await Expect.SoonAsync(stopping);
        }
    }

    [Fact]
    public async Task A_store_whose_queue_is_full_can_be_stopped()
    {
        using var gate = new Gate();
        var instance = await fixture.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass), Guests.Spec(queueLimit: 1));
        var running = instance.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await gate.Entered;
        var waiting = instance.GetFunc("next").CallAsync<int>().AsTask();

        var stopping = instance.Store.StopAsync().AsTask();
        gate.Open();

        await Expect.SoonAsync(stopping);
        Assert.Equal(1, await Expect.SoonAsync(running));
        Assert.Equal(1, await Expect.SoonAsync(waiting));
        Assert.True(instance.Store.IsGone);
    }

    [Fact]
    public async Task Cancelled_requests_give_their_place_back_once_the_store_comes_to_them()
    {
        using var gate = new Gate();
        using var cancellation = new CancellationTokenSource();
        var instance = await fixture.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass), Guests.Spec(queueLimit: 2));
        var running = instance.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await gate.Entered;
        var first = instance.GetFunc("next").CallAsync<int>(cancellation.Token);
        var second = instance.GetFunc("next").CallAsync<int>(cancellation.Token);
        await cancellation.CancelAsync();
        await Expect.ErrorAsync(ErrorCode.Cancelled, first);
        await Expect.ErrorAsync(ErrorCode.Cancelled, second);

        gate.Open();
        await Expect.SoonAsync(running);

        for (int i = 1; i <= 20; i++)
        {
            Assert.Equal(i, await Expect.SoonAsync(NextWhenFreeAsync(instance)));
        }
    }

    // The two cancelled requests may not have been thrown away yet.
    private static async Task<int> NextWhenFreeAsync(Actors.Handles.InstanceRef instance)
    {
        while (true)
        {
            try
            {
                return await instance.GetFunc("next").CallAsync<int>();
            }
            catch (WasmError busy) when (busy.Code == ErrorCode.Busy)
            {
                await Task.Yield();
            }
        }
    }
}
