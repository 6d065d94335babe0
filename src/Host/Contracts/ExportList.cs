namespace WasmActors.Host.Contracts;

/// <summary>The functions that a function's active version exports.</summary>
/// <param name="Convention">The calling convention that the version has: core, bytes or wasi-command.</param>
/// <param name="Exports">The functions, in the module's order.</param>
internal sealed record ExportList(string Convention, IReadOnlyList<ExportModel> Exports);
