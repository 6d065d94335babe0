using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Machine;

/// <summary>Knows which pages of this process's private memory hold something: <c>PAGEMAP_SCAN</c> (Linux 6.7).</summary>
internal static unsafe partial class TouchedPages
{
    private const int CloseOnExec = 0x80000;
    private const nuint Scan = 0xC0606610;

    // Every entry of a page table that is not empty is one of the two; an empty one reads as zeros.
    private const ulong Present = 1 << 3;
    private const ulong Swapped = 1 << 4;

    private const int MaxRuns = 4;

    // Of this process; open until it ends.
    private static readonly int s_pageMap = OperatingSystem.IsLinux() ? open("/proc/self/pagemap", CloseOnExec) : -1;
    private static volatile bool s_cannotScan = s_pageMap < 0;

    /// <summary>Fills memory that nobody uses with zeros if that takes few pages and none of them is swapped out.</summary>
    /// <param name="place">Beginning of a page.</param>
    /// <param name="length">Whole pages, in bytes.</param>
    /// <param name="maxPages">Most pages to be filled; they stay in memory.</param>
    /// <returns>Whether all of it is zeros now. False also where the system cannot tell.</returns>
    internal static bool TryClear(nint place, nuint length, int maxPages)
    {
        if (s_cannotScan)
        {
            return false;
        }

        var runs = stackalloc PageRegion[MaxRuns];
        var scan = new ScanArgument
        {
            Size = (ulong)sizeof(ScanArgument),
            Start = (ulong)place,
            End = (ulong)place + length,
            Runs = (ulong)runs,
            RunCount = MaxRuns,
            MaxPages = (ulong)maxPages + 1,
            AnyOf = Present | Swapped,
            Return = Present | Swapped,
        };
        long found = ioctl(s_pageMap, Scan, &scan);
        if (found < 0)
        {
            s_cannotScan = true;
            return false;
        }

        ulong bytes = 0;
        bool knowsAll = scan.WalkEnd == scan.End;
        for (int i = 0; i < found; i++)
        {
            bytes += runs[i].End - runs[i].Start;
            knowsAll &= runs[i].Categories == Present;
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

    // struct pm_scan_arg
    [StructLayout(LayoutKind.Sequential)]
    private struct ScanArgument
    {
        public ulong Size;
        public ulong Flags;
        public ulong Start;
        public ulong End;
        public ulong WalkEnd;
        public ulong Runs;
        public ulong RunCount;
        public ulong MaxPages;
        public ulong Inverted;
        public ulong AllOf;
        public ulong AnyOf;
        public ulong Return;
    }

    // struct page_region
    [StructLayout(LayoutKind.Sequential)]
    private struct PageRegion
    {
        public ulong Start;
        public ulong End;
        public ulong Categories;
    }

    // int open(const char*, int flags)
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    // int ioctl(int file, unsigned long request, void*): the number of runs that were written, or -1.
    [LibraryImport("libc")]
    private static partial int ioctl(int file, nuint request, ScanArgument* argument);
}
