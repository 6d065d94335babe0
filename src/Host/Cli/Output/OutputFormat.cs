namespace WasmActors.Host.Cli.Output;

/// <summary>How a verb writes what it found out.</summary>
internal enum OutputFormat
{
    /// <summary>Tables for people.</summary>
    Table,

    /// <summary>JSON for programs.</summary>
    Json,
}
