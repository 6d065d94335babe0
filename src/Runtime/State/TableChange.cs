using System.Runtime.InteropServices;

namespace WasmActors.Runtime.State;

/// <summary>What changed in a table.</summary>
/// <param name="Index">Its index in the module.</param>
/// <param name="Size">Its size in elements.</param>
/// <param name="Elements">The elements that changed, ascending.</param>
internal sealed record TableChange(int Index, long Size, List<TableChange.Element> Elements)
{
    public static TableChange Read(ref DeltaReader reader, int previous)
    {
        int index = reader.Index(previous);
        long size = reader.Number(long.MaxValue);
        var elements = new List<Element>();
        long at = 0;
        for (int runs = reader.Count(0); runs > 0; runs--)
        {
            at += reader.Number(size - at);
            for (int count = reader.Count(1); count > 0; count--, at++)
            {
                int start = reader.Offset;
                if (at >= size)
                {
                    throw StateDelta.Corrupt($"the run of table {index} at offset {start} leaves its {size} elements");
                }

                elements.Add(new Element(at, ReadFunction(ref reader)));
            }
        }

        return new TableChange(index, size, elements);
    }

    /// <summary>Reads a function: its index, or -1 for null.</summary>
    public static int ReadFunction(ref DeltaReader reader) => (int)(reader.Number(int.MaxValue) - 1);

    /// <summary>An element that changed.</summary>
    /// <param name="Index">Where in the table.</param>
    /// <param name="Function">The function's index in the module; -1 for null.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Element(long Index, int Function);
}
