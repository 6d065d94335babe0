namespace WasmActors.Host.Contracts;

/// <summary>The API keys, by name, without their secrets.</summary>
internal sealed record KeyList(IReadOnlyList<KeyModel> Keys);
