using System.Collections.Concurrent;
using Akka.Cluster;

namespace WasmActors.Functions.Placement;

/// <summary>The nodes that take no shards: those that are about to leave, and those that divide keys into another number of shards. Used from any thread.</summary>
internal sealed class ClosedNodes(TimeProvider clock)
{
    // A node that leaves says so again and again.
    private static readonly TimeSpan s_lately = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<UniqueAddress, long> _leaving = new();
    private readonly ConcurrentDictionary<UniqueAddress, bool> _differing = new();

    /// <summary>A node is about to leave.</summary>
    internal void Leaves(UniqueAddress node) => _leaving[node] = clock.GetTimestamp();

    /// <summary>A node has another number of shards. A call that it hosts the shard of would go round in a circle.</summary>
    internal void Differs(UniqueAddress node) => _differing[node] = true;

    /// <summary>A node is no member any more.</summary>
    internal void Remove(UniqueAddress node)
    {
        _leaving.TryRemove(node, out _);
        _differing.TryRemove(node, out _);
    }

    /// <summary>Whether a node is about to leave.</summary>
    internal bool Any => _leaving.Values.Any(IsLately);

    /// <summary>Whether a node takes no shards.</summary>
    internal bool Has(UniqueAddress node) =>
        _differing.ContainsKey(node) || (_leaving.TryGetValue(node, out long heard) && IsLately(heard));

    private bool IsLately(long heard) => clock.GetElapsedTime(heard) < s_lately;
}
