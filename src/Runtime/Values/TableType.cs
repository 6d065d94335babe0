namespace WasmActors.Runtime.Values;

/// <summary>The type of a table.</summary>
/// <param name="Element">Type of its elements, always a reference type.</param>
/// <param name="Minimum">Number of elements at the start.</param>
/// <param name="Maximum">Largest number of elements, or null where the module names none.</param>
public sealed record TableType(ValType Element, ulong Minimum, ulong? Maximum = null) : ExternType
{
    /// <inheritdoc/>
    public override ExternKind Kind => ExternKind.Table;

    /// <inheritdoc/>
    public override string ToString() => $"table {Minimum}..{Maximum?.ToString() ?? ""} {Element}";
}
