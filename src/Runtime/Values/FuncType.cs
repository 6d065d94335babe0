using System.Collections.Immutable;

namespace WasmActors.Runtime.Values;

/// <summary>The signature of a function: the types of its parameters and of its results, in order.</summary>
public sealed record FuncType : ExternType
{
    /// <summary>Makes a signature.</summary>
    /// <param name="parameters">Parameter types in order; empty for none.</param>
    /// <param name="results">Result types in order; empty for none.</param>
    public FuncType(IEnumerable<ValType> parameters, IEnumerable<ValType> results)
    {
        Params = [.. parameters];
        Results = [.. results];
        SlotCount = Math.Max(Params.Length, Results.Length);
        IsNumeric = Params.All(static t => t.IsNumeric) && Results.All(static t => t.IsNumeric);
    }

    /// <inheritdoc/>
    public override ExternKind Kind => ExternKind.Func;

    /// <summary>Parameter types in order.</summary>
    public ImmutableArray<ValType> Params { get; }

    /// <summary>Result types in order.</summary>
    public ImmutableArray<ValType> Results { get; }

    /// <summary>True when every parameter and result is a number or a vector: such calls need no references.</summary>
    public bool IsNumeric { get; }

    /// <summary>How many values the arguments and the results need at most: they share their slots.</summary>
    internal int SlotCount { get; }

    /// <inheritdoc/>
    public bool Equals(FuncType? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Params.AsSpan().SequenceEqual(other.Params.AsSpan()) && Results.AsSpan().SequenceEqual(other.Results.AsSpan()));

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var type in Params)
        {
            hash.Add(type);
        }

        hash.Add(-1);
        foreach (var type in Results)
        {
            hash.Add(type);
        }

        return hash.ToHashCode();
    }

    /// <summary>The signature as text, for example <c>(i32, i32) -> (i32)</c>.</summary>
    public override string ToString() => $"({string.Join(", ", Params)}) -> ({string.Join(", ", Results)})";
}
