using System.Globalization;
using System.Runtime;

namespace WasmActors.Benchmarks.Pausing;

/// <summary>What the process holds, after a full collection.</summary>
/// <param name="Resident">Bytes of memory.</param>
/// <param name="Managed">Bytes of the host's heap.</param>
/// <param name="Mappings">Memory mappings.</param>
/// <param name="Files">Open files.</param>
internal sealed record ProcessFootprint(long Resident, long Managed, int Mappings, int Files)
{
    internal static bool MappingsAreScarce => Comparison.Load.Mappings.AreScarce;

    internal static ProcessFootprint Take()
    {
        for (int i = 0; i < 2; i++)
        {
            GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        string line = File.ReadLines("/proc/self/status").First(static l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return new ProcessFootprint(
            long.Parse(line.AsSpan(6).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) * 1024,
            GC.GetTotalMemory(forceFullCollection: false),
            File.ReadLines("/proc/self/maps").Count(),
            Directory.EnumerateFileSystemEntries("/proc/self/fd").Count());
    }

    public override string ToString() => $"{Resident >> 20} MB, {Managed >> 20} MB managed, {Mappings} mappings, {Files} files";
}
