namespace WasmActors.Runtime.Values;

/// <summary>The type of a global.</summary>
/// <param name="Content">Type of its value.</param>
/// <param name="IsMutable">Whether it can be set after it was made.</param>
public sealed record GlobalType(ValType Content, bool IsMutable) : ExternType
{
    /// <inheritdoc/>
    public override ExternKind Kind => ExternKind.Global;

    /// <inheritdoc/>
    public override string ToString() => $"global {(IsMutable ? "mut " : "")}{Content}";
}
