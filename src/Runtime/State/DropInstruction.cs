using System.Runtime.InteropServices;

namespace WasmActors.Runtime.State;

/// <summary>An instruction that drops a segment.</summary>
/// <param name="Offset">Where it starts in the binary.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Segment">What it drops.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DropInstruction(int Offset, int Length, DroppableSegment Segment);
