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
        // Each region agrees to a hand-over. One that cannot be reached would hold the shard's calls up until it is removed.
        var state = cluster.State;
        return state.Unreachable.Count > 0 || state.Members.Any(static m => m.Status is MemberStatus.Joining or MemberStatus.WeaklyUp)
            ? s_none
            : Task.FromResult<IImmutableSet<string>>(ShardPlan.Next(LoadsOf(currentShardAllocations), rebalanceInProgress.ToHashSet(StringComparer.Ordinal)).ToImmutableHashSet(StringComparer.Ordinal));
    }

    private List<RegionLoad<IActorRef>> LoadsOf(IImmutableDictionary<IActorRef, IImmutableList<string>> allocations)
    {
        var state = cluster.State;
        var takers = state.Members.Where(m => m.Status == MemberStatus.Up && !state.Unreachable.Contains(m) && !closed.Has(m.UniqueAddress)).Select(static m => m.Address).ToHashSet();
        return [.. allocations.Select(a => new RegionLoad<IActorRef>(a.Key, a.Value, takers.Contains(a.Key.Path.Address.HasLocalScope ? cluster.SelfAddress : a.Key.Path.Address)))];
    }
}
