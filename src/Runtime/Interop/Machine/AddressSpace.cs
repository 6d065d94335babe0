using System.Runtime.InteropServices;
using static WasmActors.Runtime.Interop.Machine.Mappings;

namespace WasmActors.Runtime.Interop.Machine;

/// <summary>
/// Asks the system for address space before Wasmtime does: an engine whose pool cannot be reserved ends the process instead
/// of answering an error.
/// </summary>
internal static unsafe partial class AddressSpace
{
    // mmap's PROT_NONE with MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, in Linux's and in macOS's numbers.
    private const int LinuxFlags = 0x02 | 0x20 | 0x4000;
    private const int MacFlags = 0x02 | 0x1000 | 0x40;

    private const uint MemReserve = 0x2000;
    private const uint MemRelease = 0x8000;
    private const uint PageNoAccess = 0x01;

    /// <summary>Whether so many bytes in a row could be reserved now. Nothing stays reserved.</summary>
    internal static bool CanReserve(UInt128 bytes)
    {
        if (bytes > long.MaxValue)
        {
            return false;
        }

        nuint size = (nuint)bytes;
        if (OperatingSystem.IsWindows())
        {
            nint reserved = VirtualAlloc(0, size, MemReserve, PageNoAccess);
            return reserved != 0 && VirtualFree(reserved, 0, MemRelease) != 0;
        }

        nint mapped = mmap(0, size, 0, OperatingSystem.IsMacOS() ? MacFlags : LinuxFlags, -1, 0);
        return mapped != -1 && munmap(mapped, size) == 0;
    }

    // LPVOID VirtualAlloc(LPVOID address, SIZE_T, DWORD type, DWORD protection)
    [LibraryImport("kernel32")]
    private static partial nint VirtualAlloc(nint address, nuint size, uint type, uint protection);

    // BOOL VirtualFree(LPVOID, SIZE_T, DWORD type)
    [LibraryImport("kernel32")]
    private static partial int VirtualFree(nint address, nuint size, uint type);
}
