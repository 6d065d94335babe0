using System.Text.Json;

namespace WasmActors.Host.Contracts;

/// <summary>The results of a call of the core convention, as the table of types in docs/http-api.md has them.</summary>
internal sealed record ResultsModel(IReadOnlyList<JsonElement> Results);
