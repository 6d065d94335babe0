using System.Diagnostics;
using System.Runtime.InteropServices;
using WasmActors.Runtime.Calls;

namespace WasmActors.Runtime.Interop.Machine;

/// <summary>The time slice of the guest that this thread runs: when it is over, and what it took.</summary>
/// <remarks>
/// A slice is over with the engine's tick. On a thread of the background, which may stand still in the middle of a slice for long, it
/// also has had half a millisecond of a processor by then: otherwise those that are unlucky would hardly get on.
/// </remarks>
internal static unsafe partial class Slice
{
    private const int ThreadTime = 3; // CLOCK_THREAD_CPUTIME_ID
    private const long LeastNanoseconds = 500_000;

    [ThreadStatic]
    private static long t_start;

    /// <summary>Whether the slice that began on this thread is over, at a tick.</summary>
    internal static bool IsOver => !BackgroundPriority.IsLow || Nanoseconds() - t_start >= LeastNanoseconds;

    /// <summary>A slice of the guest begins on this thread. It is measured only for guests that have yielded: most never do.</summary>
    internal static void Begin(GuestCall call)
    {
        if (call.Yields > 0)
        {
            t_start = Nanoseconds();
        }
    }

    /// <summary>It ends.</summary>
    internal static void End(GuestCall call)
    {
        if (call.Yields > 0)
        {
            call.AddProcessorTime(Nanoseconds() - t_start);
        }
    }

    /// <summary>Time of a processor that this thread has had; where the system does not tell, wall-clock time.</summary>
    internal static TimeSpan ProcessorTime => TimeSpan.FromTicks(Nanoseconds() / 100);

    private static long Nanoseconds()
    {
        if (!OperatingSystem.IsLinux())
        {
            return (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
        }

        long* time = stackalloc long[2];
        return clock_gettime(ThreadTime, time) == 0 ? (time[0] * 1_000_000_000) + time[1] : 0;
    }

    // int clock_gettime(clockid_t, struct timespec*): seconds and nanoseconds
    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, long* time);
}
