using System.Collections.Immutable;

namespace WasmActors.Runtime.Values;

/// <summary>The type of an exception tag: what an exception of this tag carries.</summary>
public sealed record TagType : ExternType
{
    internal TagType(IEnumerable<ValType> parameters) => Params = [.. parameters];

    /// <inheritdoc/>
    public override ExternKind Kind => ExternKind.Tag;

    /// <summary>Types of the carried values, in order.</summary>
    public ImmutableArray<ValType> Params { get; }

    /// <inheritdoc/>
    public bool Equals(TagType? other) => other is not null && Params.AsSpan().SequenceEqual(other.Params.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Params.Length;

    /// <inheritdoc/>
    public override string ToString() => $"tag ({string.Join(", ", Params)})";
}
