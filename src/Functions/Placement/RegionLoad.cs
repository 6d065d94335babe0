namespace WasmActors.Functions.Placement;

/// <summary>The shards of one node.</summary>
/// <typeparam name="T">What names the node.</typeparam>
/// <param name="Region">The node.</param>
/// <param name="Shards">Its shards.</param>
/// <param name="State">Whether it may get more shards, or hand some over.</param>
internal sealed record RegionLoad<T>(T Region, IReadOnlyList<string> Shards, RegionState State);
