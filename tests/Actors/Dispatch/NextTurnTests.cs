using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Tests.Dispatch;

/// <summary>Code that goes on with a store's answer, and what becomes of the call that it makes next.</summary>
[Collection(Alone.Name)]
public sealed class NextTurnTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    // What is never carried out fails by this; what is rescued takes milliseconds.
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_caller_that_awaits_is_carried_on_the_same_thread()
    {
        const int Calls = 1_000;
        var add = (await fixture.NewAsync(Guests.Worker, Guests.NoHost)).GetFunc("add");

        int same = await Expect.SoonAsync(Task.Run(async () =>
        {
            int stayed = 0;
            Assert.Equal(3, await add.CallAsync<int, int, int>(1, 2));
            for (int i = 0; i < Calls; i++)
            {
                int thread = Environment.CurrentManagedThreadId;
                Assert.Equal(i + 1, await add.CallAsync<int, int, int>(i, 1));
                stayed += thread == Environment.CurrentManagedThreadId ? 1 : 0;
            }

            return stayed;
        }));
        Assert.InRange(same, Calls / 2, Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Code_that_goes_on_with_an_answer_and_blocks_on_another_call_gets_that_answer(bool busy)
    {
        var first = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        var second = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        await using var load = await LoadAsync(busy);
        for (int i = 0; i < 20; i++)
        {
            // Once on the same store and once on another.
            Assert.Equal(i + 3, await Expect.SoonAsync(Task.Run(() => AwaitThenBlockAsync(first, first, i))));
            Assert.Equal(i + 3, await Expect.SoonAsync(Task.Run(() => AwaitThenBlockAsync(first, second, i))));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_same_when_it_blocks_on_a_message(bool busy)
    {
        var first = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        var second = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        await using var load = await LoadAsync(busy);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(i + 3, await Expect.SoonAsync(Task.Run(() => AwaitThenAskAsync(first, first, i))));
            Assert.Equal(i + 3, await Expect.SoonAsync(Task.Run(() => AwaitThenAskAsync(first, second, i))));
        }
    }

    [Fact]
    public async Task Many_that_block_at_once_all_get_their_answers()
    {
        var first = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        var second = await fixture.NewAsync(Guests.Worker, Guests.NoHost);
        int count = Environment.ProcessorCount * 2;

        int[] sums = await Expect.SoonAsync(Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => AwaitThenBlockAsync(first, second, i)))));

        Assert.Equal(Enumerable.Range(3, count), sums);
    }

    private static async Task<int> AwaitThenBlockAsync(InstanceRef first, InstanceRef second, int i)
    {
        int sum = await first.GetFunc("add").CallAsync<int, int, int>(i, 1, s_second).ConfigureAwait(false);
        return second.GetFunc("add").CallAsync<int, int, int>(sum, 2, s_second).AsTask().GetAwaiter().GetResult();
    }

    private static async Task<int> AwaitThenAskAsync(InstanceRef first, InstanceRef second, int i)
    {
        int sum = await first.GetFunc("add").CallAsync<int, int, int>(i, 1, s_second).ConfigureAwait(false);
        var call = new StoreProtocol.Call(second.GetFunc("add").Id, [sum, 2]);
        object reply = second.Store.Actor.Ask<object>(call, s_second).GetAwaiter().GetResult();
        return Assert.IsType<StoreProtocol.Returned>(reply).Results.Value.AsI32();
    }

    private async Task<Load> LoadAsync(bool busy)
    {
        var load = new Load();
        for (int i = 0; busy && i < Environment.ProcessorCount * 2; i++)
        {
            var spec = new StoreSpec { Options = new() { Mode = ExecutionMode.Preemptive }, AfterInterrupt = FailurePolicy.Stop };
            load.Add((await fixture.NewAsync(Guests.Worker, Guests.NoHost, spec)).GetFunc("spin"));
        }

        return load;
    }

    /// <summary>Guests that spin until the end of the test.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly List<Task> _calls = [];

        internal void Add(FuncRef spin) => _calls.Add(spin.CallAsync(_end.Token).AsTask());

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            foreach (var call in _calls)
            {
                await Assert.ThrowsAnyAsync<Exception>(() => Expect.SoonAsync(call));
            }

            _end.Dispose();
        }
    }
}
