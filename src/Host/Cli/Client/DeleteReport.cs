namespace WasmActors.Host.Cli.Client;

/// <summary>What was deleted.</summary>
/// <param name="Deleted">Name of a function, or identifier of a key.</param>
internal sealed record DeleteReport(string Deleted);
