namespace WasmActors.Conformance.Cli;

/// <summary>How a run is told.</summary>
internal enum OutputFormat
{
    /// <summary>A table for people.</summary>
    Table,

    /// <summary>JSON for programs.</summary>
    Json,
}
