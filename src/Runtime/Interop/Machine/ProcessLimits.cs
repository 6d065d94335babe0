using System.Globalization;
using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Machine;

/// <summary>Limits that this process puts on itself and cannot take back. Unix only: elsewhere nothing happens.</summary>
internal static unsafe partial class ProcessLimits
{
    private const int CpuTime = 0;
    private const int FileSize = 1;
    private const int Data = 2;
    private const int CoreDump = 4;
    private const int Priority = 10;

    private static int OpenFiles => OperatingSystem.IsLinux() ? 7 : 8;

    /// <summary>Lets everything else on the machine go first. Holds for this thread and those that it starts from now on.</summary>
    internal static void LowerPriority()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        _ = setpriority(0, 0, Priority);
        try
        {
            // Should the machine's memory run out, this process ends rather than its parent.
            if (OperatingSystem.IsLinux())
            {
                File.WriteAllText("/proc/self/oom_score_adj", "1000");
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Only who is ended first depends on it.
        }
    }

    /// <summary>Sets what the process may use from now on.</summary>
    /// <param name="cpuSeconds">Processor time beyond what was used already. Then the system ends it by SIGXCPU.</param>
    /// <param name="memoryBytes">Memory beyond what there is already. Then the system gives no more.</param>
    /// <returns>Whether all of them hold.</returns>
    internal static bool Set(long cpuSeconds, long memoryBytes)
    {
        if (OperatingSystem.IsWindows())
        {
            return true;
        }

        ulong cpu = (ulong)(Math.Ceiling(Environment.CpuUsage.TotalTime.TotalSeconds) + cpuSeconds);
        return Restrict(CpuTime, cpu, cpu + 1)
            && Restrict(Data, (ulong)(DataBytes() + memoryBytes))
            && Restrict(CoreDump, 0)
            && Restrict(FileSize, 0)
            && Restrict(OpenFiles, 64);
    }

    // Private memory that can be written, as the system counts it for the limit. Address space without memory, which .NET and
    // Wasmtime reserve in plenty, does not count.
    private static long DataBytes()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Environment.WorkingSet;
        }

        const string Field = "VmData:";
        string line = File.ReadLines("/proc/self/status").First(static l => l.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(Field.Length).Trim(" \tkB"), CultureInfo.InvariantCulture) * 1024;
    }

    private static bool Restrict(int resource, ulong soft, ulong? hard = null)
    {
        var limit = new NativeLimit { Soft = soft, Hard = hard ?? soft };
        return setrlimit(resource, &limit) == 0;
    }

    // int setrlimit(int resource, const struct rlimit*)
    [LibraryImport("libc")]
    private static partial int setrlimit(int resource, NativeLimit* limit);

    // int setpriority(int which, id_t who, int value)
    [LibraryImport("libc")]
    private static partial int setpriority(int which, uint who, int value);

    // struct rlimit: rlim_t is 64 bits wide on all 64-bit systems.
    [StructLayout(LayoutKind.Sequential)]
    private struct NativeLimit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
