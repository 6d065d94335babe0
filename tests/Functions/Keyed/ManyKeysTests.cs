using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;

namespace WasmActors.Functions.Tests.Keyed;

public sealed class ManyKeysTests : IDisposable
{
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Over_the_limit_the_longest_idle_keys_begin_anew_and_the_others_go_on()
    {
        await using var node = await StartAsync(plain => plain with { LiveKeys = 10 });
        for (int key = 0; key < 50; key++)
        {
            Assert.Equal(1, await NextAsync(node, key));
        }

        await Expect.ConditionAsync(() => node.Host.Engine.LiveStores <= 10, "the stores over the limit have gone");

        Assert.Equal(2, await NextAsync(node, 49));
        Assert.Equal(2, await NextAsync(node, 45));
        Assert.Equal(1, await NextAsync(node, 0));
    }

    [Fact]
    public async Task Keys_that_are_in_use_stay_over_the_limit()
    {
        await using var node = await StartAsync(plain => plain with { LiveKeys = 1 });
        var spins = Enumerable.Range(0, 4).Select(key => node.Functions.Get("many", $"{key}").CallAsync("spin", new CallOptions(TimeSpan.FromMilliseconds(500))).AsTask()).ToList();

        await Expect.SoonAsync(Task.WhenAll(Enumerable.Range(100, 20).Select(key => NextAsync(node, key))));

        foreach (var spin in spins)
        {
            await Expect.FailureAsync("call.deadline_exceeded", spin);
        }
    }

    [Fact]
    public async Task Idle_keys_give_up_their_stacks_where_there_are_no_others()
    {
        await using var node = await StartAsync(static plain => plain, static stores => stores with { Engine = stores.Engine with { MaxStacks = 16 } });

        await CallAllAsync(node);
    }

    [Fact]
    public async Task Idle_keys_give_up_their_stores_where_the_host_is_full()
    {
        await using var node = await StartAsync(static plain => plain, static stores => stores with { Admission = stores.Admission with { MaxStores = 16 } });

        await CallAllAsync(node);
        Assert.InRange(node.Host.Engine.LiveStores, 1, 16);
    }

    private static async Task CallAllAsync(TestNode node)
    {
        int next = -1;
        await Expect.SoonAsync(Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (int key = Interlocked.Increment(ref next); key < 200; key = Interlocked.Increment(ref next))
            {
                Assert.Equal(1, await NextAsync(node, key));
            }
        })));
    }

    private async Task<TestNode> StartAsync(Func<FunctionHostOptions, FunctionHostOptions> options, Func<WasmHostOptions, WasmHostOptions>? stores = null)
    {
        var node = await TestNode.StartAsync(await _database.OpenAsync(), options: options, stores: stores);
        await node.DeployAsync(new FunctionSpec("many") { Kind = FunctionKind.Keyed }, Wat.Counter);
        return node;
    }

    private static async Task<int> NextAsync(TestNode node, int key) =>
        (await Expect.SoonAsync(node.Functions.Get("many", $"{key}").CallAsync("next"))).Value.AsI32();
}
