using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop;

/// <summary>
/// Makes a thread one that others go before: a guest that only computes must not slow down those that are short. .NET's own thread
/// priorities do nothing on Linux.
/// </summary>
internal static unsafe partial class BackgroundPriority
{
    private const int WhichProcess = 0; // PRIO_PROCESS with a thread's number means that thread, on Linux
    private const int Lowest = 19;

    [ThreadStatic]
    private static bool t_low;

    /// <summary>Whether this thread was lowered.</summary>
    internal static bool IsLow => t_low;

    /// <summary>Lowers this thread for good: raising it again needs rights that a process should not have.</summary>
    internal static void Lower()
    {
        if (t_low)
        {
            return;
        }

        t_low = true;
        if (OperatingSystem.IsLinux())
        {
            _ = setpriority(WhichProcess, (uint)gettid(), Lowest);
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
