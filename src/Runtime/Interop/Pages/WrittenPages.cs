using System.Runtime.InteropServices;
using WasmActors.Runtime.Interop.Machine;

namespace WasmActors.Runtime.Interop.Pages;

/// <summary>
/// Finds the pages of a memory that were written since the last search: asynchronous write protection by userfaultfd
/// (Linux 6.7). Each first write of a protected page costs a fault, which the system resolves by itself. Writes of
/// the host and of the system count too.
/// </summary>
/// <remarks>Only for memories that the host makes. What was watched remains registered until it is unmapped, which
/// costs nothing.</remarks>
internal static unsafe partial class WrittenPages
{
    private const int X64Number = 323;
    private const int Arm64Number = 282;

    // O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY: the last needs no privilege.
    private const long OpenFlags = 0x80000 | 0x800 | 1;

    private const ulong Version = 0xAA;
    private const ulong AsynchronousWrites = 1UL << 15; // UFFD_FEATURE_WP_ASYNC
    private const ulong WriteProtection = 2; // UFFDIO_REGISTER_MODE_WP
    private const nuint ApiRequest = 0xC018AA3F;
    private const nuint RegisterRequest = 0xC020AA00;

    // Of this process; open until it ends, because closing it ends the protection of all memories.
    private static readonly Lazy<int> s_file = new(Open);
    private static int s_regionIsRegistered;

    /// <summary>Whether this system lets the process watch its memories.</summary>
    internal static bool IsSupported => PageMap.CanScan && s_file.Value >= 0;

    /// <summary>Begins to watch a memory. All pages that are there are protected.</summary>
    /// <returns>False if the system does not allow it: use <see cref="ResidentPages"/>.</returns>
    internal static bool TryWatch(MemoryView view)
    {
        if (!IsSupported || view.Start % Environment.SystemPageSize != 0 || !TryRegister(view))
        {
            return false;
        }

        Span<PageRange> ranges = stackalloc PageRange[ResidentPages.Room];
        for (long from = 0; from < view.Pages;)
        {
            if (Next(view, ref from, ranges) < 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Finds the next pages of a watched memory, and protects them again.</summary>
    /// <param name="view">The memory.</param>
    /// <param name="from">The page to begin with; afterwards, the page to continue with.</param>
    /// <param name="ranges">Gets the pages in ascending order.</param>
    /// <returns>The number of ranges; -1 if the memory is not watched, or not as a whole.</returns>
    internal static int Next(MemoryView view, ref long from, Span<PageRange> ranges)
    {
        var runs = stackalloc PageMap.PageRegion[ResidentPages.Room];
        ulong start = (ulong)view.Start;
        var scan = new PageMap.ScanArgument
        {
            Flags = PageMap.Protect | PageMap.RequireProtection,
            Start = MemoryView.AlignDown(start + ((ulong)from * MemoryView.PageBytes)),
            End = MemoryView.AlignUp(start + (ulong)view.Length),
            Runs = (ulong)runs,
            RunCount = (ulong)Math.Min(ResidentPages.Room, ranges.Length),
            AllOf = PageMap.Written,
            AnyOf = PageMap.Present | PageMap.Swapped, // a page that was never there is not written
            Return = PageMap.Written,
        };
        int found = PageMap.TryScan(ref scan);
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

    // Slots share one mapping: registering parts of it would split it for each store.
    private static bool TryRegister(MemoryView view)
    {
        if (MemoryRegion.IsSlot(view.Start, out nint start, out nuint length))
        {
            if (Volatile.Read(ref s_regionIsRegistered) == 0 && TryRegister((ulong)start, length))
            {
                Volatile.Write(ref s_regionIsRegistered, 1);
            }

            return Volatile.Read(ref s_regionIsRegistered) != 0;
        }

        ulong end = MemoryView.AlignUp((ulong)view.Start + (ulong)view.Length);
        return view.Length > 0 && TryRegister((ulong)view.Start, end - (ulong)view.Start);
    }

    private static bool TryRegister(ulong start, ulong length)
    {
        var argument = new RegisterArgument { Start = start, Length = length, Mode = WriteProtection };
        return ioctl(s_file.Value, RegisterRequest, &argument) == 0;
    }

    private static int Open()
    {
        int number = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => X64Number,
            Architecture.Arm64 => Arm64Number,
            _ => 0,
        };
        if (!OperatingSystem.IsLinux() || number == 0)
        {
            return -1;
        }

        int file = (int)syscall(number, OpenFlags);
        var argument = new ApiArgument { Api = Version, Features = AsynchronousWrites };
        if (file < 0 || ioctl(file, ApiRequest, &argument) == 0)
        {
            return file;
        }

        _ = close(file);
        return -1;
    }

    // struct uffdio_api
    [StructLayout(LayoutKind.Sequential)]
    private struct ApiArgument
    {
        public ulong Api;
        public ulong Features;
        public ulong Ioctls;
    }

    // struct uffdio_register
    [StructLayout(LayoutKind.Sequential)]
    private struct RegisterArgument
    {
        public ulong Start;
        public ulong Length;
        public ulong Mode;
        public ulong Ioctls;
    }

    // long syscall(long number, ...): the file that userfaultfd(int flags) opens, or -1. It belongs to the caller.
    [LibraryImport("libc")]
    private static partial long syscall(long number, long flags);

    // int close(int file)
    [LibraryImport("libc")]
    private static partial int close(int file);

    // int ioctl(int file, unsigned long request, void*): 0, or -1.
    [LibraryImport("libc")]
    private static partial int ioctl(int file, nuint request, void* argument);
}
