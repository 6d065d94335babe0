using System.Runtime.InteropServices;

namespace WasmActors.Functions.State;

/// <summary>How far a state has come.</summary>
/// <param name="State">The state's id: another one after it was deleted and created again.</param>
/// <param name="Sequence">The sequence of its newest commit.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StateHead(long State, long Sequence);
