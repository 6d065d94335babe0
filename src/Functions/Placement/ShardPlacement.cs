using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using AkkaCluster = Akka.Cluster.Cluster;

namespace WasmActors.Functions.Placement;

/// <summary>Tells Akka's coordinator of shards what <see cref="ShardPlan"/> decides, of nodes as this one sees them.</summary>
/// <param name="cluster">The cluster as this node sees it.</param>
/// <param name="closed">Nodes that take no shards.</param>
/// <param name="clock">Tells how long nodes have been members.</param>
internal sealed class ShardPlacement(AkkaCluster cluster, ClosedNodes closed, TimeProvider clock) : IShardAllocationStrategy
{
    // By then it is known whether the node divides keys as the others do, and its start does not keep its processors busy any more.
    private static readonly TimeSpan s_new = TimeSpan.FromSeconds(3);

    private static readonly Task<IImmutableSet<string>> s_none = Task.FromResult<IImmutableSet<string>>(ImmutableHashSet<string>.Empty);

    private readonly ConcurrentDictionary<UniqueAddress, long> _seen = new();

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
        See(state.Members);
        var members = state.Members.Where(m => !state.Unreachable.Contains(m)).ToLookup(static m => m.Address);
        var regions = allocations.ToLookup(a => AddressOf(a.Key));
        return [.. allocations.Select(a => new RegionLoad<IActorRef>(a.Key, a.Value, StateOf(AddressOf(a.Key), members, regions)))];
    }

    // For a moment the coordinator has regions of nodes that were removed from the cluster, and of two nodes if one starts again at the address of another.
    private RegionState StateOf(Address address, ILookup<Address, Member> members, ILookup<Address, KeyValuePair<IActorRef, IImmutableList<string>>> regions) =>
        members[address].FirstOrDefault() is not { } member || regions[address].Skip(1).Any() ? RegionState.Gone
        : member.Status != MemberStatus.Up || closed.Has(member.UniqueAddress) ? RegionState.Leaves
        : _seen.TryGetValue(member.UniqueAddress, out long seen) && clock.GetElapsedTime(seen) >= s_new ? RegionState.Takes
        : RegionState.New;

    private void See(ImmutableSortedSet<Member> members)
    {
        long now = clock.GetTimestamp();
        foreach (var member in members.Where(static m => m.Status == MemberStatus.Up))
        {
            _seen.TryAdd(member.UniqueAddress, now);
        }

        foreach (var node in _seen.Keys.Where(node => members.All(m => !m.UniqueAddress.Equals(node))))
        {
            _seen.TryRemove(node, out _);
        }
    }

    private Address AddressOf(IActorRef region) => region.Path.Address.HasLocalScope ? cluster.SelfAddress : region.Path.Address;
}
