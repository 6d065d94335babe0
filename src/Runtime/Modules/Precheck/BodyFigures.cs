using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>What was counted in one function's instructions.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct BodyFigures
{
    /// <summary>Blocks, loops, branches of an if, and handlers.</summary>
    public long Blocks;

    /// <summary>Blocks within one another at the deepest place.</summary>
    public int Nesting;

    /// <summary>Targets of the largest br_table.</summary>
    public long BranchTargets;

    /// <summary>Values that instructions take and give, one for an instruction at least, and those that stay alive meanwhile.</summary>
    public long Values;
}
