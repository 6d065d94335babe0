using System.Collections.Immutable;
using Akka.Actor;
using WasmActors.Functions.Placement;
using WasmActors.Functions.Tests.Support;
using WasmActors.Host.Persistence;

namespace WasmActors.Functions.Tests.Placement;

/// <summary>What the coordinator of shards is told about nodes that are no members any more.</summary>
public sealed class ShardPlacementTests : IAsyncLifetime
{
    private const string Removed = "akka.tcp://wasmactors@127.0.0.1:1/system/sharding/wasm-functions";

    private readonly TestDatabase _file = new();
    private FunctionDatabase _database = null!;
    private TestNode _node = null!;

    public async Task InitializeAsync()
    {
        _database = await _file.OpenAsync();
        _node = await TestNode.StartAsync(_database);
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _file.Dispose();
    }

    [Fact]
    public async Task No_hand_over_begins_while_the_shards_of_a_removed_node_are_not_placed_elsewhere()
    {
        var regions = Regions((Here("a"), 10), (Region(Removed), 10));

        Assert.Empty(await (await PlacementAsync()).Rebalance(regions, ImmutableHashSet<string>.Empty));
    }

    [Fact]
    public async Task No_hand_over_begins_while_two_nodes_have_had_the_same_address()
    {
        var regions = Regions((Here("a"), 10), (Here("b"), 0));

        Assert.Empty(await (await PlacementAsync()).Rebalance(regions, ImmutableHashSet<string>.Empty));
    }

    [Fact]
    public async Task A_shard_goes_to_no_removed_node()
    {
        var here = Here("a");

        Assert.Equal(here, await (await PlacementAsync()).AllocateShard(here, "x", Regions((here, 10), (Region(Removed), 0))));
    }

    // A node that has been a member for long.
    private async Task<ShardPlacement> PlacementAsync()
    {
        var clock = new ManualClock();
        var placement = new ShardPlacement(Akka.Cluster.Cluster.Get(_node.System), new ClosedNodes(clock), clock);
        await placement.Rebalance(Regions((Here("a"), 1)), ImmutableHashSet<string>.Empty);
        clock.Advance(TimeSpan.FromMinutes(1));
        return placement;
    }

    private IActorRef Here(string name) => Region($"akka://wasmactors/user/{name}");

    private IActorRef Region(string path) => ((ExtendedActorSystem)_node.System).Provider.ResolveActorRef(path);

    private static ImmutableDictionary<IActorRef, IImmutableList<string>> Regions(params (IActorRef Region, int Shards)[] regions) =>
        regions.ToImmutableDictionary(static r => r.Region, static r => (IImmutableList<string>)[.. Enumerable.Range(0, r.Shards).Select(i => $"{r.Region.Path.Name}{i}")]);
}
