using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Machine;

/// <summary>
/// Makes a thread one that gets a processor soon after it wakes up, for the moment that it needs. Linux otherwise lets whoever runs
/// finish a slice of several milliseconds first, and the clock of guests' slices would come late just when guests keep all processors.
/// </summary>
internal static unsafe partial class PromptThread
{
    private const int SchedSetAttr = 314; // x64
    private const ulong SliceNanoseconds = 100_000;

    /// <summary>Asks for it; nothing changes where the system cannot (Linux before 6.12, other platforms).</summary>
    internal static void Become()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return;
        }

        // The usual policy, with a slice so short that the scheduler lets it go before others at once.
        var attributes = new SchedAttr { Size = (uint)sizeof(SchedAttr), Runtime = SliceNanoseconds };
        _ = syscall(SchedSetAttr, 0, &attributes, 0);
    }

    // long syscall(long number, ...): sched_setattr(pid_t, struct sched_attr*, unsigned flags), which glibc does not have yet.
    [LibraryImport("libc")]
    private static partial long syscall(long number, long thread, SchedAttr* attributes, long flags);

    // struct sched_attr, in its first version
    [StructLayout(LayoutKind.Sequential)]
    private struct SchedAttr
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }
}
