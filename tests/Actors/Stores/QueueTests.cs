using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;

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
        Assert.Equal($"Store {instance.Store.Id} has 5 requests waiting, its limit: send fewer at once, or try again later.", error.Message);
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
