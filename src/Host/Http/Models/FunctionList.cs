namespace WasmActors.Host.Http.Models;

/// <summary>The deployed functions, by name.</summary>
internal sealed record FunctionList(IReadOnlyList<FunctionModel> Functions);
