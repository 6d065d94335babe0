using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Machine;

/// <summary>Knows which pages of this process's private memory hold something, where the system tells it.</summary>
internal static unsafe class TouchedPages
{
    // Every entry of a page table that is not empty is one of the two; an empty one reads as zeros.
    private const ulong Touched = PageMap.Present | PageMap.Swapped;

    private const int MaxRuns = 4;

    /// <summary>Fills memory that nobody uses with zeros if that takes few pages and none of them is swapped out.</summary>
    /// <param name="place">Beginning of a page.</param>
    /// <param name="length">Whole pages, in bytes.</param>
    /// <param name="maxPages">Most pages to be filled; they stay in memory.</param>
    /// <returns>Whether all of it is zeros now. False also where the system cannot tell.</returns>
    internal static bool TryClear(nint place, nuint length, int maxPages)
    {
        var runs = stackalloc PageMap.PageRegion[MaxRuns];
        var scan = new PageMap.ScanArgument
        {
            Start = (ulong)place,
            End = (ulong)place + length,
            Runs = (ulong)runs,
            RunCount = MaxRuns,
            MaxPages = (ulong)maxPages + 1,
            AnyOf = Touched,
            Return = Touched,
        };
        int found = PageMap.Scan(ref scan);
        if (found < 0)
        {
            return false;
        }

        ulong bytes = 0;
        bool knowsAll = scan.WalkEnd == scan.End;
        for (int i = 0; i < found; i++)
        {
            bytes += runs[i].End - runs[i].Start;
            knowsAll &= runs[i].Categories == PageMap.Present;
        }

        if (!knowsAll || bytes > (ulong)maxPages * (ulong)Environment.SystemPageSize)
        {
            return false;
        }

        for (int i = 0; i < found; i++)
        {
            NativeMemory.Clear((void*)runs[i].Start, (nuint)(runs[i].End - runs[i].Start));
        }

        return true;
    }
}
