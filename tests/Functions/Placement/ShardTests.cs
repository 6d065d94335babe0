using Akka.Actor;
using Akka.Cluster.Sharding;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;
using WasmActors.Host.Persistence;

namespace WasmActors.Functions.Tests.Placement;

/// <summary>How shards are placed on nodes that come and go.</summary>
public sealed class ShardTests : IAsyncLifetime
{
    private const int Keys = 1_500; // enough for each of 128 shards to have one

    private static readonly TimeSpan s_seconds = TimeSpan.FromSeconds(10); // the program `nodes` judges one second, on a quiet machine
    private static readonly TimeSpan s_longestJoin = TimeSpan.FromSeconds(30);

    private readonly TestDatabase _file = new();
    private readonly List<TestNode> _nodes = [];
    private FunctionDatabase _database = null!;

    public async Task InitializeAsync() => _database = await _file.OpenAsync();

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        _file.Dispose();
    }

    [Fact]
    public async Task A_node_that_joins_is_even_with_the_others_within_30_seconds()
    {
        await StartAsync(2);
        await DeployAsync();
        await CallAllAsync();
        await Expect.ConditionAsync(async () => await ShardsAsync(_nodes[0]) + await ShardsAsync(_nodes[1]) == 128, "each shard has a key");

        await StartAsync(1);

        await Expect.SoonAsync(Expect.ConditionAsync(async () => await ShardsAsync(_nodes[2]) is 42 or 43, "the new node has a third of the shards").WaitAsync(s_longestJoin));
    }

    [Fact]
    public async Task A_node_is_empty_before_it_leaves_and_calls_with_a_few_seconds_succeed()
    {
        await StartAsync(3);
        await DeployAsync();
        await CallAllAsync();
        var leaving = _nodes[0];
        _nodes.RemoveAt(0);

        var left = leaving.LeaveAsync();
        while (!left.IsCompleted)
        {
            await CallAllAsync(every: 10);
        }

        await left;
        await Expect.ConditionAsync(async () => await ShardsAsync(_nodes[0]) + await ShardsAsync(_nodes[1]) == 128, "the others have all shards");
    }

    [Fact]
    public async Task A_node_with_another_number_of_shards_gets_none_of_them_and_no_key_gets_a_second_store()
    {
        await StartAsync(2);
        await DeployAsync();
        foreach (int key in Enumerable.Range(0, 40))
        {
            Assert.Equal(1, await NextAsync(_nodes[key % 2], key));
        }

        await StartAsync(1, shards: 64);

        // Each key has one store, whichever node is asked; none is on the new node.
        for (int round = 2; round <= 4; round++)
        {
            foreach (int key in Enumerable.Range(0, 40))
            {
                Assert.Equal(round, await NextAsync(_nodes[(key + round) % 3], key));
            }
        }

        Assert.Equal(0, await ShardsAsync(_nodes[2]));
    }

    private async Task StartAsync(int count, int shards = 128)
    {
        for (int i = 0; i < count; i++)
        {
            _nodes.Add(await TestNode.StartAsync(_database, _nodes.FirstOrDefault(), plain => plain with { Shards = shards }));
        }
    }

    private async Task DeployAsync()
    {
        var deployed = await _nodes[0].DeployAsync(new FunctionSpec("placed") { Kind = FunctionKind.Keyed }, Wat.Counter);
        foreach (var node in _nodes)
        {
            await Expect.SoonAsync(node.Functions.Catalogue.ReachAsync(deployed.Revision));
        }
    }

    private async Task CallAllAsync(int every = 1)
    {
        for (int key = 0; key < Keys; key += every)
        {
            await _nodes[key % _nodes.Count].Functions.Get("placed", $"{key}").CallAsync("next", new CallOptions(every == 1 ? Expect.Patience : s_seconds));
        }
    }

    private static async Task<int> NextAsync(TestNode node, int key) =>
        (await Expect.SoonAsync(node.Functions.Get("placed", $"{key}").CallAsync("next"))).Value.AsI32();

    private static async Task<int> ShardsAsync(TestNode node)
    {
        var state = await ClusterSharding.Get(node.System).ShardRegion("wasm-functions").Ask<CurrentShardRegionState>(GetShardRegionState.Instance, Expect.Patience);
        return state.Shards.Count + state.Failed.Count;
    }
}
