using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Modules.Precheck;

/// <summary>How many values go in and come out: parameters and results of a function, fields of a struct.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TypeShape(int Takes, int Gives)
{
    // So many values are handed over in registers; more go through memory, and cost more than in proportion.
    private const int Registers = 16;
    private const int MemoryFactor = 8;

    public long Members => (long)Takes + Gives;

    /// <summary>What handing over the values is worth, in units of the estimate.</summary>
    public long Worth => Members <= Registers ? Members : Registers + ((Members - Registers) * MemoryFactor);
}
