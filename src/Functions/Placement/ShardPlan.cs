namespace WasmActors.Functions.Placement;

/// <summary>
/// Decides where shards go: to the node with the fewest, away from nodes that leave, and from full nodes to emptier ones. Few at a time: while a shard is
/// handed over its calls wait, and the coordinator stores one change after the other.
/// </summary>
internal static class ShardPlan
{
    private const int FewestAtOnce = 4;
    private const int PartAtOnce = 128;

    /// <summary>Returns how many hand-overs may be under way from nodes that leave. Half as many balance the others: nobody waits for them.</summary>
    internal static int AtOnce(int shards) => Math.Max(FewestAtOnce, shards / PartAtOnce);

    /// <summary>The node for a shard that has none; null where no node takes any.</summary>
    internal static T? Place<T>(IReadOnlyCollection<RegionLoad<T>> regions)
        where T : class =>
        regions.Where(static r => r.State is RegionState.Takes or RegionState.New).OrderBy(static r => r.State).ThenBy(static r => r.Shards.Count).FirstOrDefault()?.Region;

    /// <summary>Returns the shards to be handed over next. Where each goes is decided when it has been given up.</summary>
    /// <remarks>
    /// Every node agrees to each hand-over, and Akka waits for a node that never answers up to <c>handoff-timeout</c>. So none begins while a node is gone
    /// and its shards are not placed elsewhere yet. Its own shards need no hand-over: the coordinator places them when it hears of the node's end.
    /// </remarks>
    /// <param name="regions">The nodes that have shards or may get some.</param>
    /// <param name="underWay">Shards that are handed over already.</param>
    internal static IReadOnlyCollection<string> Next<T>(IReadOnlyCollection<RegionLoad<T>> regions, IReadOnlySet<string> underWay)
        where T : class
    {
        int limit = AtOnce(regions.Sum(static r => r.Shards.Count)) - underWay.Count;
        var next = new List<string>();
        if (limit <= 0 || Place(regions) is null || regions.Any(static r => r.State == RegionState.Gone))
        {
            return next;
        }

        next.AddRange(regions.Where(static r => r.State == RegionState.Leaves).SelectMany(static r => r.Shards).Where(s => !underWay.Contains(s)).Take(limit));
        if (next.Count > 0 || regions.Any(static r => r.State == RegionState.Leaves && r.Shards.Count > 0))
        {
            return next; // once nobody leaves, what is left is balanced
        }

        var takers = regions.Where(static r => r.State == RegionState.Takes).ToList();
        var movable = takers.Select(r => new Stack<string>(r.Shards.Where(s => !underWay.Contains(s)))).ToList();
        int[] counts = [.. takers.Select(static r => r.Shards.Count)];
        limit -= AtOnce(regions.Sum(static r => r.Shards.Count)) / 2;
        while (next.Count < limit && takers.Count > 0)
        {
            int fullest = Array.IndexOf(counts, counts.Max());
            int emptiest = Array.IndexOf(counts, counts.Min());
            if (counts[fullest] - counts[emptiest] < 2 || !movable[fullest].TryPop(out string? shard))
            {
                break;
            }

            next.Add(shard);
            counts[fullest]--;
            counts[emptiest]++;
        }

        return next;
    }
}
