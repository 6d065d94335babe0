namespace WasmActors.Functions.Placement;

/// <summary>What can be done with the shards of a node.</summary>
internal enum RegionState
{
    /// <summary>The node accepts shards.</summary>
    Takes,

    /// <summary>The node has just joined. It accepts shards that have no node, and is not filled up yet.</summary>
    New,

    /// <summary>The node hands its shards over and accepts none.</summary>
    Leaves,

    /// <summary>The node cannot be reached, or is no member any more. It cannot agree to a hand-over.</summary>
    Gone,
}
