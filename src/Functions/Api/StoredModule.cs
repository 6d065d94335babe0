namespace WasmActors.Functions.Api;

/// <summary>A module that is kept for all nodes.</summary>
/// <param name="Digest">SHA-256 of its binary form, as 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Length of its binary form.</param>
public sealed record StoredModule(string Digest, long Bytes)
{
    /// <summary>When it was stored or deployed last; null if that is not known.</summary>
    public DateTimeOffset? UsedAt { get; init; }

    /// <summary>Names of the functions that have a version with it, in their order.</summary>
    public IReadOnlyList<string> Functions { get; init; } = [];
}
