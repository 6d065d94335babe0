using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using WasmActors.Runtime.Interop.Machine;

namespace WasmActors.Runtime.Interop.Pages;

/// <summary>
/// Finds those pages of a memory that may differ from what they were when it was made. A page that the system never
/// gave the process is left out, and is not read: reading it would bring it in.
/// </summary>
internal static unsafe class ResidentPages
{
    /// <summary>Ranges that a caller should have room for.</summary>
    internal const int Room = 32;

    private const int EntriesAtOnce = 512;
    private const ulong PresentOrSwapped = 3UL << 62; // of an entry of /proc/self/pagemap

    // Of this process; open until it ends.
    private static readonly Lazy<SafeFileHandle?> s_file = new(Open);
    private static volatile bool s_fileFails;

    /// <summary>The best way that this system has, as far as is known.</summary>
    internal static PageSearch Best =>
        PageMap.CanScan ? PageSearch.Scan
        : !s_fileFails && s_file.Value is not null ? PageSearch.PageMap
        : PageSearch.Compare;

    /// <summary>Finds the next pages.</summary>
    /// <param name="search">How. One that the system does not have is replaced by the next.</param>
    /// <param name="view">The memory.</param>
    /// <param name="from">The page to begin with; afterwards, the page to continue with.</param>
    /// <param name="ranges">Gets the pages in ascending order.</param>
    /// <returns>The number of ranges. It may be zero before the end of the memory is reached.</returns>
    internal static int Next(PageSearch search, MemoryView view, ref long from, Span<PageRange> ranges)
    {
        bool isAligned = view.Start % Environment.SystemPageSize == 0;
        int found = -1;
        if (isAligned && search == PageSearch.Scan)
        {
            found = NextByScan(view, ref from, ranges);
        }

        if (isAligned && found < 0 && search <= PageSearch.PageMap)
        {
            found = NextByPageMap(view, ref from, ranges);
        }

        if (found < 0)
        {
            ranges[0] = new PageRange(from, view.Pages);
            from = view.Pages;
            found = 1;
        }

        return found;
    }

    private static int NextByScan(MemoryView view, ref long from, Span<PageRange> ranges)
    {
        var runs = stackalloc PageMap.PageRegion[Room];
        ulong start = (ulong)view.Start;
        var scan = new PageMap.ScanArgument
        {
            Start = MemoryView.AlignDown(start + ((ulong)from * MemoryView.PageBytes)),
            End = MemoryView.AlignUp(start + (ulong)view.Length),
            Runs = (ulong)runs,
            RunCount = (ulong)Math.Min(Room, ranges.Length),
            Inverted = PageMap.Zero,
            AllOf = PageMap.Zero,
            AnyOf = PageMap.Present | PageMap.Swapped,
            Return = PageMap.Present,
        };
        int found = PageMap.Scan(ref scan);
        for (int i = 0; i < found; i++)
        {
            ranges[i] = view.RangeOf(from, runs[i].Start, runs[i].End);
        }

        if (found >= 0)
        {
            from = scan.WalkEnd >= scan.End ? view.Pages : (long)(scan.WalkEnd - start) / MemoryView.PageBytes;
        }

        return found;
    }

    private static int NextByPageMap(MemoryView view, ref long from, Span<PageRange> ranges)
    {
        if (s_fileFails || s_file.Value is not { } file)
        {
            return -1;
        }

        Span<ulong> entries = stackalloc ulong[EntriesAtOnce];
        ulong page = (ulong)Environment.SystemPageSize;
        ulong start = (ulong)view.Start;
        ulong at = MemoryView.AlignDown(start + ((ulong)from * MemoryView.PageBytes));
        ulong end = MemoryView.AlignUp(start + (ulong)view.Length);
        entries = entries[..(int)Math.Min(EntriesAtOnce, (end - at) / page)];
        if (!TryRead(file, entries, (long)(at / page * sizeof(ulong))))
        {
            return -1;
        }

        int found = 0;
        for (int i = 0; i < entries.Length; i++, at += page)
        {
            if ((entries[i] & PresentOrSwapped) == 0)
            {
                continue;
            }

            var range = view.RangeOf(from, at, at + page);
            if (found > 0 && ranges[found - 1].End == range.First)
            {
                ranges[found - 1] = ranges[found - 1] with { End = range.End };
            }
            else if (found == ranges.Length)
            {
                break;
            }
            else
            {
                ranges[found++] = range;
            }
        }

        from = at >= end ? view.Pages : (long)(at - start) / MemoryView.PageBytes;
        return found;
    }

    private static SafeFileHandle? Open()
    {
        try
        {
            return OperatingSystem.IsLinux() ? File.OpenHandle("/proc/self/pagemap") : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool TryRead(SafeFileHandle file, Span<ulong> entries, long offset)
    {
        try
        {
            var bytes = MemoryMarshal.AsBytes(entries);
            s_fileFails = RandomAccess.Read(file, bytes, offset) != bytes.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            s_fileFails = true;
        }

        return !s_fileFails;
    }
}
