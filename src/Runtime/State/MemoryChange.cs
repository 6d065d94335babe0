using System.Runtime.InteropServices;

namespace WasmActors.Runtime.State;

/// <summary>What changed in a memory.</summary>
/// <param name="Index">Its index in the module.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Runs">The bytes that changed, ascending.</param>
internal sealed record MemoryChange(int Index, long Length, List<MemoryChange.Run> Runs)
{
    public static MemoryChange Read(ref DeltaReader reader, int previous)
    {
        int index = reader.Index(previous);
        long length = reader.Number(long.MaxValue);
        var runs = new List<Run>();
        long end = 0;
        for (int count = reader.Count(0); count > 0; count--)
        {
            long address = end + reader.Number(length - end);
            int bytes = (int)reader.Number(Math.Min(length - address, reader.Remaining));
            int offset = reader.Offset;
            if (bytes == 0)
            {
                throw StateDelta.Corrupt($"the run of memory {index} at offset {offset} is empty");
            }

            reader.Bytes(bytes);
            runs.Add(new Run(address, offset, bytes));
            end = address + bytes;
        }

        return new MemoryChange(index, length, runs);
    }

    /// <summary>Bytes that changed.</summary>
    /// <param name="Address">Where in the memory.</param>
    /// <param name="Offset">Where in the delta.</param>
    /// <param name="Length">How many.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Run(long Address, int Offset, int Length);
}
