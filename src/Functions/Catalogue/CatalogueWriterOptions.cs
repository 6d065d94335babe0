using Serilog;

namespace WasmActors.Functions.Catalogue;

/// <summary>What the catalogue's writer needs to know.</summary>
/// <param name="Clock">Dates versions and measures how long another writer is given way.</param>
/// <param name="Log">Where it logs.</param>
/// <param name="MaxFunctions">Most functions, deleted ones not counted.</param>
internal sealed record CatalogueWriterOptions(TimeProvider Clock, ILogger Log, int MaxFunctions)
{
    /// <summary>How often the journal is asked whether another writer has begun.</summary>
    internal TimeSpan CheckEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a writer that lost its right rejects commands. Within this time a cluster removes a node that was
    /// paused or cut off. A writer that still exists afterwards takes over again with the next command, unless the
    /// other one has written meanwhile.
    /// </summary>
    internal TimeSpan GiveWayFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Events after which a snapshot is stored at the earliest; a large catalogue stores them after a quarter
    /// of its entries.</summary>
    internal int SnapshotEvery { get; init; } = 1_000;
}
