namespace WasmActors.Functions.Placement;

/// <summary>The shards of one node.</summary>
/// <typeparam name="T">What names the node.</typeparam>
/// <param name="Region">The node.</param>
/// <param name="Shards">Its shards.</param>
/// <param name="Takes">Whether it may get more: it neither leaves nor is unreachable.</param>
internal sealed record RegionLoad<T>(T Region, IReadOnlyList<string> Shards, bool Takes);
