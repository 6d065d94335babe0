namespace WasmActors.Resilience.Running;

/// <summary>How scenarios are run.</summary>
internal sealed record ScenarioOptions
{
    /// <summary>A short form, for machines that others use too: what depends on their speed is told and not judged.</summary>
    internal bool Quick { get; init; }

    /// <summary>Length of the timed part; null for the scenario's own.</summary>
    internal int? Seconds { get; init; }

    /// <summary>How many of what is counted; null for the scenario's own.</summary>
    internal long? Count { get; init; }

    /// <summary>What random choices begin with; null for the scenario's own.</summary>
    internal int? Seed { get; init; }

    /// <summary>The defence that is switched off; null for none.</summary>
    internal string? Without { get; init; }

    /// <summary>Where a graph is written; null for a file beside the program.</summary>
    internal string? Graph { get; init; }

    /// <summary>Whether nodes of a cluster share a PostgreSQL server instead of a SQLite file.</summary>
    internal bool OnPostgres { get; init; }
}
