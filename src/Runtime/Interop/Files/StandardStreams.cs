using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Files;

/// <summary>The three standard streams of the process.</summary>
internal static unsafe partial class StandardStreams
{
    private const int Last = 2;
    private const int GetDescriptorFlags = 1; // F_GETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC
    private const int ReadWrite = 2; // O_RDWR

    /// <summary>
    /// If a standard stream was closed when the process was started, starts the program anew in this process with <c>/dev/null</c> in its place, and does
    /// not return. The runtime has taken the free number for a file or pipe of its own by now, and would be read or written. Linux only.
    /// </summary>
    internal static void RequireOpen()
    {
        if (!OperatingSystem.IsLinux() || !NeedsNull(out bool[] closed))
        {
            return;
        }

        byte[] arguments = File.ReadAllBytes("/proc/self/cmdline");
        int nothing = open("/dev/null", ReadWrite);
        if (nothing < 0)
        {
            return;
        }

        for (int i = 0; i <= Last; i++)
        {
            if (closed[i])
            {
                _ = dup2(nothing, i);
            }
        }

        if (nothing > Last)
        {
            _ = close(nothing);
        }

        Start(arguments);
    }

    // A descriptor that is closed when a program is started is none that it was started with.
    private static bool NeedsNull(out bool[] closed)
    {
        closed = new bool[Last + 1];
        for (int i = 0; i <= Last; i++)
        {
            int flags = fcntl(i, GetDescriptorFlags);
            closed[i] = flags < 0 || (flags & CloseOnExec) != 0;
        }

        return closed.AsSpan().Contains(true);
    }

    // Returns only if it fails.
    private static void Start(byte[] arguments)
    {
        fixed (byte* text = arguments)
        {
            var each = new List<nint>();
            for (int at = 0; at < arguments.Length; at += arguments.AsSpan(at).IndexOf((byte)0) + 1)
            {
                each.Add((nint)(text + at));
            }

            each.Add(0);
            fixed (nint* list = CollectionsMarshal.AsSpan(each))
            {
                _ = execv("/proc/self/exe", list);
            }
        }
    }

    // int fcntl(int, int command, ...)
    [LibraryImport("libc")]
    private static partial int fcntl(int descriptor, int command);

    // int open(const char*, int flags, ...): the answer is a descriptor that the caller owns, or -1.
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    // int dup2(int from, int to): the second becomes the process's and stays open.
    [LibraryImport("libc")]
    private static partial int dup2(int from, int to);

    // int close(int)
    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    // int execv(const char* path, char* const argv[]): does not return unless it fails. The strings stay the caller's.
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int execv(string path, nint* arguments);
}
