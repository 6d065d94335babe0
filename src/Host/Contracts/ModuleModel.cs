namespace WasmActors.Host.Contracts;

/// <summary>A stored module.</summary>
/// <param name="Digest">SHA-256 of its binary form, 64 hexadecimal digits.</param>
/// <param name="Bytes">Size of its binary form.</param>
internal sealed record ModuleModel(string Digest, long Bytes)
{
    /// <summary>When it was stored or deployed last; only in a list, and absent if it is not known.</summary>
    public DateTimeOffset? UsedAt { get; init; }

    /// <summary>The functions that have a version with it; only in a list.</summary>
    public IReadOnlyList<string>? Functions { get; init; }
}
