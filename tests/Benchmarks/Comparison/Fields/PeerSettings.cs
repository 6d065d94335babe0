namespace WasmActors.Benchmarks.Comparison.Fields;

/// <summary>How the engine of a peer is set up: the best for its work.</summary>
internal enum PeerSettings
{
    /// <summary>Wasmtime's defaults, without any check for deadlines: the fastest calls.</summary>
    Default,

    /// <summary>A pool of instances: the fastest starts.</summary>
    Pooled,

    /// <summary>Memories without reserved addresses and guards, so that they need no mappings: the most live stores.</summary>
    ManyStores,

    /// <summary>Epoch deadlines with ticks of 1 ms, so that endless guests can be interrupted.</summary>
    Epochs,
}
