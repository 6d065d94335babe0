namespace WasmActors.Runtime.Values;

/// <summary>The type of something that a module imports or exports.</summary>
public abstract record ExternType
{
    private protected ExternType()
    {
    }

    /// <summary>Function, memory, table, global or tag.</summary>
    public abstract ExternKind Kind { get; }
}
