namespace WasmActors.Host.Http.Models;

/// <summary>The functions that a function's active version exports.</summary>
internal sealed record ExportList(IReadOnlyList<ExportModel> Exports);
