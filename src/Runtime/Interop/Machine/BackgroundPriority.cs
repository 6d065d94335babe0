using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Machine;

/// <summary>
/// Makes a thread one that others go before: a guest that only computes must not slow down those that are short. .NET's own thread
/// priorities do nothing on Linux.
/// </summary>
/// <remarks>Lower, but not lowest: a guest must get on, and leave what its host functions hold, also on a machine that others keep busy.</remarks>
internal static partial class BackgroundPriority
{
    private const int OneThread = 0; // PRIO_PROCESS: with a thread's number it means that thread, on Linux
    private const int Nice = 5; // by the scheduler's weights a quarter of a processor beside one thread of the usual priority

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
            _ = setpriority(OneThread, (uint)gettid(), Nice);
        }
        else
        {
            Thread.CurrentThread.Priority = ThreadPriority.Lowest;
        }
    }

    // int setpriority(int which, id_t who, int priority)
    [LibraryImport("libc")]
    private static partial int setpriority(int which, uint who, int priority);

    // pid_t gettid(void)
    [LibraryImport("libc")]
    private static partial int gettid();
}
