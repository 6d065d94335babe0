using System.Runtime.InteropServices;
using WasmActors.Runtime.Modules;

namespace WasmActors.Runtime.Tests.Interop;

public sealed class NativeHeapTests
{
    private const int PageBytes = 4096;
    private const int HeaderBytes = 16;

    // The threshold grows to 32 MiB at most.
    private const int LargestBytes = 30 << 20;
    private const int LargeBytes = 20 << 20;

    [SkippableFact]
    public void With_an_engine_the_C_librarys_heap_keeps_no_more_for_having_had_a_large_block()
    {
        Skip.IfNot(
            OperatingSystem.IsLinux() && !RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)
                && Environment.GetEnvironmentVariable("MALLOC_TRIM_THRESHOLD_") is null && Environment.GetEnvironmentVariable("GLIBC_TUNABLES") is null,
            "only the GNU C library has thresholds that grow, and the environment may set them");
        using var engine = new WasmEngine();

        Marshal.FreeHGlobal(Marshal.AllocHGlobal(LargestBytes));

        // Blocks below the threshold for mappings of their own come from the heap: anywhere, and not three times at the begin of a page. So do
        // those above it for which there is room already: these are larger than what other tests leave free.
        nint[] blocks = [Marshal.AllocHGlobal(LargeBytes), Marshal.AllocHGlobal(LargeBytes), Marshal.AllocHGlobal(LargeBytes)];
        try
        {
            Assert.All(blocks, static block => Assert.Equal(HeaderBytes, block % PageBytes));
        }
        finally
        {
            Array.ForEach(blocks, Marshal.FreeHGlobal);
        }
    }
}
