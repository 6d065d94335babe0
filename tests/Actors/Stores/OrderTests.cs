using WasmActors.Actors.Tests.Support;

namespace WasmActors.Actors.Tests.Stores;

public class OrderTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task The_calls_of_one_sender_keep_their_order()
    {
        var next = (await fixture.NewAsync(Guests.Worker, Guests.NoHost)).GetFunc("next");
        var answers = new List<Task<int>>();

        for (int i = 0; i < 900; i += 3)
        {
            answers.Add(next.CallAsync<int>().AsTask());
            answers.Add(ValueOfAsync(next.CallAsync()));
            answers.Add(LastOfAsync(next.CallBatchAsync<Runtime.Values.Nothing, int>(new Runtime.Values.Nothing[2])));
        }

        var expected = Enumerable.Range(0, 300).SelectMany(i => new[] { (4 * i) + 1, (4 * i) + 2, (4 * i) + 4 });
        Assert.Equal(expected, await Expect.SoonAsync(Task.WhenAll(answers)));
    }

    [Fact]
    public async Task Thousands_of_tasks_call_one_store_at_once_and_each_is_answered_once()
    {
        var instance = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        var next = instance.GetFunc("next");
        var add = instance.GetFunc("add");

        var tasks = Enumerable.Range(0, 5_000).Select(i => Task.Run(async () =>
        {
            Assert.Equal(i + 7, await add.CallAsync<int, int, int>(i, 7));
            return i % 2 == 0 ? await next.CallAsync<int>() : (await next.CallAsync()).Value.AsI32();
        }));

        int[] answers = await Expect.SoonAsync(Task.WhenAll(tasks));
        Assert.Equal(Enumerable.Range(1, 5_000), answers.Order());
    }

    [Fact]
    public async Task An_answer_that_is_awaited_late_is_still_there()
    {
        var add = (await fixture.NewAsync(Guests.Worker, Guests.NoHost)).GetFunc("add");
        var first = add.CallAsync<int, int, int>(1, 1);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(i, await add.CallAsync<int, int, int>(i, 0));
        }

        Assert.Equal(2, await first);
    }

    [Fact]
    public async Task Stores_do_not_wait_for_each_other()
    {
        using var gate = new Gate();
        var busy = await fixture.NewAsync(Guests.Worker, Guests.HostImport(gate.Pass));
        var free = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        var blocked = busy.GetFunc("call_host").CallAsync<int, int>(1).AsTask();
        await gate.Entered;

        Assert.Equal(3, await Expect.SoonAsync(free.GetFunc("add").CallAsync<int, int, int>(1, 2)));

        Assert.False(blocked.IsCompleted);
        gate.Open();
        Assert.Equal(1, await Expect.SoonAsync(blocked));
    }

    private static async Task<int> ValueOfAsync(ValueTask<Runtime.Values.Results> call) => (await call).Value.AsI32();

    private static async Task<int> LastOfAsync(ValueTask<Actors.Handles.BatchResult<int>> call) => (await call).Results.Span[^1];
}
