using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop;

/// <summary>The C library's heap, on which Wasmtime keeps its stores: 7 KB each, and what one leaves behind lies between those of others.</summary>
internal static partial class NativeHeap
{
    // musl and other systems' libraries have no such function.
    private static bool s_cannotTrim = !OperatingSystem.IsLinux();

    /// <summary>Gives pages that nothing is on back to the system. Takes some milliseconds for each 10,000 stores.</summary>
    internal static void Trim()
    {
        if (s_cannotTrim)
        {
            return;
        }

        try
        {
            _ = malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            s_cannotTrim = true;
        }
    }

    // int malloc_trim(size_t pad)
    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);
}
