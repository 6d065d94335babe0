namespace WasmActors.Conformance.Cli;

/// <summary>What was asked for does not fit.</summary>
internal sealed class UsageException(string message) : Exception(message);
