namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>How much of everything a module holds, as far as its binary tells without being validated.</summary>
internal sealed class ModuleFigures
{
    /// <summary>More than this is not told apart: sums of such figures stay far from the end of a <see cref="long"/>.</summary>
    internal const long Most = 1L << 40;

    public long Bytes { get; set; }

    public long CustomSections { get; set; }

    public long CustomBytes { get; set; }

    public long Types { get; set; }

    /// <summary>Parameters and results of a function type, fields of a struct.</summary>
    public Peak TypeMembers { get; set; }

    public long Imports { get; set; }

    public long Exports { get; set; }

    /// <summary>Functions, imported ones included, as are all below.</summary>
    public long Functions { get; set; }

    public long Globals { get; set; }

    public long Tables { get; set; }

    public long Memories { get; set; }

    public long Tags { get; set; }

    public long ElementSegments { get; set; }

    public long DataSegments { get; set; }

    /// <summary>Locals of a function without its parameters.</summary>
    public Peak Locals { get; set; }

    public long TotalLocals { get; set; }

    public Peak BodyBytes { get; set; }

    public Peak Nesting { get; set; }

    /// <summary>Targets of one br_table.</summary>
    public Peak BranchTargets { get; set; }

    /// <summary>Work of compiling a function, see <see cref="Limits.ModuleLimits.FunctionCost"/>.</summary>
    public Peak FunctionCost { get; set; }

    public long TotalCost { get; set; }
}
