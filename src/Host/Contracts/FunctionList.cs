namespace WasmActors.Host.Contracts;

/// <summary>Deployed functions, by name: all of them, or a part.</summary>
internal sealed record FunctionList(IReadOnlyList<FunctionModel> Functions)
{
    /// <summary>The cursor of the next part; absent for the last one.</summary>
    public string? Next { get; init; }
}
