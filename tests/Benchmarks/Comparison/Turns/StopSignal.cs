using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WasmActors.Benchmarks.Comparison.Turns;

/// <summary>Stops a child process and lets it go on, so that what it does on the side costs others nothing. Linux only; elsewhere
/// processes that wait go on idling.</summary>
internal static class StopSignal
{
    private const int Stop = 19;
    private const int Continue = 18;

    internal static void Pause(Process process) => Send(process, Stop);

    internal static void Resume(Process process) => Send(process, Continue);

    private static void Send(Process process, int signal)
    {
        if (OperatingSystem.IsLinux() && !process.HasExited)
        {
            _ = Kill(process.Id, signal);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
