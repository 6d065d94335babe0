using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Machine;

/// <summary>Monotonic time that also counts while the process is stopped or the machine is suspended.</summary>
/// <remarks>
/// On Linux this is <c>CLOCK_BOOTTIME</c>; <see cref="TimeProvider.System"/> stands still while the machine is suspended. Elsewhere it is
/// <see cref="Environment.TickCount64"/>, which counts suspension on Windows. It has the timers of <see cref="TimeProvider.System"/>.
/// </remarks>
internal sealed unsafe partial class BootClock : TimeProvider
{
    private const int BootTime = 7; // CLOCK_BOOTTIME
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long NanosecondsPerMillisecond = 1_000_000;

    private BootClock()
    {
    }

    /// <summary>The only one.</summary>
    internal static BootClock Instance { get; } = new();

    /// <inheritdoc/>
    public override long TimestampFrequency => NanosecondsPerSecond;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override long GetTimestamp()
    {
        if (OperatingSystem.IsLinux())
        {
            Timespec now;
            if (clock_gettime(BootTime, &now) == 0)
            {
                return ((long)now.Seconds * NanosecondsPerSecond) + now.Nanoseconds;
            }
        }

        return Environment.TickCount64 * NanosecondsPerMillisecond;
    }

    // int clock_gettime(clockid_t clock, struct timespec *time)
    // The time is the caller's and is written before the call returns. It neither blocks nor calls back, so the GC need not be told.
    [LibraryImport("libc")]
    [SuppressGCTransition]
    private static partial int clock_gettime(int clock, Timespec* time);

    // struct timespec { time_t tv_sec; long tv_nsec; }
    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        internal nint Seconds;
        internal nint Nanoseconds;
    }
}
