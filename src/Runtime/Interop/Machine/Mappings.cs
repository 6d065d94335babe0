using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Machine;

/// <summary>The system's calls for mappings of addresses. What is mapped belongs to who mapped it, until it is unmapped.</summary>
internal static partial class Mappings
{
    // void* mmap(void* address, size_t, int protection, int flags, int file, off_t): -1 where there is no room.
    [LibraryImport("libc")]
    internal static partial nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);

    // int munmap(void*, size_t)
    [LibraryImport("libc")]
    internal static partial int munmap(nint address, nuint length);

    // void* mremap(void* address, size_t old, size_t new, int flags, ...): the fifth is for MREMAP_FIXED only. Linux.
    [LibraryImport("libc")]
    internal static partial nint mremap(nint address, nuint oldLength, nuint newLength, int flags);

    // int madvise(void*, size_t, int advice)
    [LibraryImport("libc")]
    internal static partial int madvise(nint address, nuint length, int advice);

    // int mprotect(void*, size_t, int protection)
    [LibraryImport("libc")]
    internal static partial int mprotect(nint address, nuint length, int protection);
}
