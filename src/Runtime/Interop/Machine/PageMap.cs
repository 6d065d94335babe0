using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Machine;

/// <summary>Asks the system about the pages of this process: <c>PAGEMAP_SCAN</c> (Linux 6.7).</summary>
internal static unsafe partial class PageMap
{
    /// <summary>The page is in memory.</summary>
    internal const ulong Present = 1 << 3;

    /// <summary>The page was moved out of memory.</summary>
    internal const ulong Swapped = 1 << 4;

    /// <summary>The page is the system's page of zeros: it was read, and never written.</summary>
    internal const ulong Zero = 1 << 5;

    /// <summary>The page was written since it was protected last. Known of pages that userfaultfd protects.</summary>
    internal const ulong Written = 1 << 1;

    /// <summary>Protects the pages that are found.</summary>
    internal const ulong Protect = 1;

    /// <summary>Fails if there are pages that userfaultfd does not protect.</summary>
    internal const ulong RequireProtection = 2;

    private const int CloseOnExec = 0x80000;
    private const nuint ScanRequest = 0xC0606610;

    // Of this process; open until it ends.
    private static readonly int s_file = OperatingSystem.IsLinux() ? open("/proc/self/pagemap", CloseOnExec) : -1;
    private static volatile bool s_cannotScan = s_file < 0;

    /// <summary>Whether the system is not known to lack what scans need.</summary>
    internal static bool CanScan => !s_cannotScan;

    /// <summary>Finds runs of pages.</summary>
    /// <param name="scan">What is looked for. The runs are written to memory of the caller's.</param>
    /// <returns>The number of runs; -1 where the system cannot tell, now and later.</returns>
    internal static int Scan(ref ScanArgument scan)
    {
        int found = s_cannotScan ? -1 : TryScan(ref scan);
        s_cannotScan |= found < 0;
        return found;
    }

    /// <summary>Finds runs of pages, as <see cref="Scan"/>.</summary>
    /// <returns>The number of runs; -1 for a failure, which says nothing of other scans.</returns>
    internal static int TryScan(ref ScanArgument scan)
    {
        scan.Size = (ulong)sizeof(ScanArgument);
        fixed (ScanArgument* argument = &scan)
        {
            return ioctl(s_file, ScanRequest, argument);
        }
    }

    /// <summary><c>struct pm_scan_arg</c></summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ScanArgument
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

    /// <summary><c>struct page_region</c></summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PageRegion
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
