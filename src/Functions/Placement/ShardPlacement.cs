using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using AkkaCluster = Akka.Cluster.Cluster;

namespace WasmActors.Functions.Placement;

/// <summary>Tells Akka's coordinator of shards what <see cref="ShardPlan"/> decides, of nodes as this one sees them.</summary>
internal sealed class ShardPlacement(AkkaCluster cluster, ClosedNodes closed) : IShardAllocationStrategy
{
    private static readonly Task<IImmutableSet<string>> s_none = Task.FromResult<IImmutableSet<string>>(ImmutableHashSet<string>.Empty);

    /// <inheritdoc/>
    public Task<IActorRef> AllocateShard(IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations)
    {
        // Where all leave, or none can be reached, a shard must be somewhere all the same.
        var regions = LoadsOf(currentShardAllocations);
        return Task.FromResult(ShardPlan.Place(regions) ?? regions.MinBy(static r => r.Shards.Count)!.Region);
    }

    /// <inheritdoc/>
    public Task<IImmutableSet<string>> Rebalance(IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress)
    {
        // A node that joins has no region yet, and one that cannot be reached may have none: no hand-over begins until they are settled.
        var state = cluster.State;
        return state.Unreachable.Count > 0 || state.Members.Any(static m => m.Status is MemberStatus.Joining or MemberStatus.WeaklyUp)
            ? s_none
            : Task.FromResult<IImmutableSet<string>>(ShardPlan.Next(LoadsOf(currentShardAllocations), rebalanceInProgress.ToHashSet(StringComparer.Ordinal)).ToImmutableHashSet(StringComparer.Ordinal));
    }

    private List<RegionLoad<IActorRef>> LoadsOf(IImmutableDictionary<IActorRef, IImmutableList<string>> allocations)
    {
        var state = cluster.State;
        var members = state.Members.Where(m => !state.Unreachable.Contains(m)).ToLookup(static m => m.Address);
        var regions = allocations.ToLookup(a => AddressOf(a.Key));
        return [.. allocations.Select(a => new RegionLoad<IActorRef>(a.Key, a.Value, StateOf(AddressOf(a.Key), members, regions)))];
    }

    // For a moment the coordinator has regions of nodes that were removed from the cluster, and of two nodes if one starts again at the address of another.
    private RegionState StateOf(Address address, ILookup<Address, Member> members, ILookup<Address, KeyValuePair<IActorRef, IImmutableList<string>>> regions) =>
        members[address].FirstOrDefault() is not { } member || regions[address].Skip(1).Any() ? RegionState.Gone
        : member.Status == MemberStatus.Up && !closed.Has(member.UniqueAddress) ? RegionState.Takes
        : RegionState.Leaves;

    private Address AddressOf(IActorRef region) => region.Path.Address.HasLocalScope ? cluster.SelfAddress : region.Path.Address;
}
