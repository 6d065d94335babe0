namespace WasmActors.Host.Contracts;

/// <summary>An exported function.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Params">Types of its parameters, in the words of the text format.</param>
/// <param name="Results">Types of its results.</param>
internal sealed record ExportModel(string Name, IReadOnlyList<string> Params, IReadOnlyList<string> Results);
