using System.Runtime.InteropServices;

namespace WasmActors.Runtime.State;

/// <summary>A segment that code can drop. Data segments come before element segments.</summary>
/// <param name="IsElement">Whether it is a segment of elements.</param>
/// <param name="Segment">Its index among the segments of its kind.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DroppableSegment(bool IsElement, uint Segment) : IComparable<DroppableSegment>
{
    public int CompareTo(DroppableSegment other) =>
        IsElement != other.IsElement ? IsElement.CompareTo(other.IsElement) : Segment.CompareTo(other.Segment);
}
