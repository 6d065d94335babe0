using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>The largest of a figure's values, and whose it is.</summary>
/// <param name="Value">The value; zero where nothing was seen.</param>
/// <param name="Index">Index of the function or type that has it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Peak(long Value, int Index)
{
    /// <summary>The larger of the two; the earlier of equals.</summary>
    public Peak Or(long value, int index) => value > Value ? new Peak(value, index) : this;
}
