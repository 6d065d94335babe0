using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Abi;

/// <summary>The C library's heap, on which Wasmtime keeps its stores: 7 KB each, and what one leaves behind lies between those of others.</summary>
internal static partial class NativeHeap
{
    // malloc.h
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;

    // What both begin with.
    private const int ThresholdBytes = 128 << 10;

    // musl and other systems' libraries have no such functions.
    private static bool s_cannotTrim = !OperatingSystem.IsLinux();
    private static int s_kept;

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

    /// <summary>
    /// Lets each thread's part of the heap give back what is free at its end from 128 KiB on, and gives blocks of so much a mapping of their own:
    /// what the C library begins with, until the first large block was freed. Then it keeps up to twice as much as the largest one had, tens
    /// of MiB for each of many parts, for good (mallopt(3), M_MMAP_THRESHOLD and M_TRIM_THRESHOLD). Done once; where the environment sets
    /// one of the two, that stays.
    /// </summary>
    internal static void KeepThresholds()
    {
        if (s_cannotTrim || Interlocked.Exchange(ref s_kept, 1) != 0 || IsSetFromOutside())
        {
            return;
        }

        try
        {
            _ = mallopt(TrimThreshold, ThresholdBytes);
            _ = mallopt(MapThreshold, ThresholdBytes);
        }
        catch (EntryPointNotFoundException)
        {
            s_cannotTrim = true;
        }
    }

    private static bool IsSetFromOutside() =>
        Environment.GetEnvironmentVariable("MALLOC_TRIM_THRESHOLD_") is not null
        || Environment.GetEnvironmentVariable("MALLOC_MMAP_THRESHOLD_") is not null
        || Environment.GetEnvironmentVariable("GLIBC_TUNABLES")?.Contains("_threshold", StringComparison.Ordinal) == true;

    // int mallopt(int param, int value); takes no ownership. 1 for success
    [LibraryImport("libc")]
    private static partial int mallopt(int param, int value);

    // int malloc_trim(size_t pad); takes no ownership
    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);
}
