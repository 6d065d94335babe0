using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop;

/// <summary>
/// Makes a thread one that others go before: a guest that only computes must not slow down those that are short. .NET's own thread
/// priorities do nothing on Linux.
/// </summary>
internal static unsafe partial class BackgroundPriority
{
    private const int Idle = 5; // SCHED_IDLE: any other thread that wakes up takes the processor at once

    [ThreadStatic]
    private static bool t_low;

    /// <summary>Whether this thread was lowered.</summary>
    internal static bool IsLow => t_low;

    /// <summary>Lowers this thread for good: raising it again may need rights that a process should not have.</summary>
    internal static void Lower()
    {
        if (t_low)
        {
            return;
        }

        t_low = true;
        if (OperatingSystem.IsLinux())
        {
            int priority = 0;
            _ = sched_setscheduler(0, Idle, &priority);
        }
        else
        {
            Thread.CurrentThread.Priority = ThreadPriority.Lowest;
        }
    }

    // int sched_setscheduler(pid_t, int policy, const struct sched_param*): 0 is this thread; the parameter is one int.
    [LibraryImport("libc")]
    private static partial int sched_setscheduler(int thread, int policy, int* priority);
}
