using System.Runtime.InteropServices;

namespace WasmActors.Actors.Messages;

/// <summary>
/// Names a function, memory, table, global or tag within one store: an export of an instance, something made on
/// request, or something that a guest handed out.
/// </summary>
/// <param name="Owner">Number of the instance, from 1; 0 for what was made on request; negative for what a guest handed
/// out.</param>
/// <param name="Index">Position among the instance's exports, or a running number.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ExternId(int Owner, int Index);
