namespace WasmActors.Runtime.Values;

/// <summary>One export of a module.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it is.</param>
public sealed record ExportType(string Name, ExternType Type);
