using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Files;

/// <summary>Reads a descriptor of the process without waiting longer than asked. The descriptor stays its owner's. Unix only.</summary>
internal static unsafe partial class DescriptorInput
{
    private const short PollIn = 0x1;

    // <errno.h>; EAGAIN differs on macOS.
    private const int Interrupted = 4;
    private static readonly int s_tryAgain = OperatingSystem.IsLinux() ? 11 : 35;

    /// <summary>Waits until a read returns at once: there are bytes, the end, or an error.</summary>
    /// <returns>Whether that is so; false when the time is over.</returns>
    internal static bool Wait(int descriptor, int milliseconds)
    {
        var asked = new PollFd { Descriptor = descriptor, Events = PollIn };
        return poll(&asked, 1, milliseconds) > 0;
    }

    /// <summary>Reads what is there.</summary>
    /// <returns>The number of bytes, 0 at the end, null if there is nothing yet, -1 if the descriptor cannot be read.</returns>
    internal static int? Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            nint count = read(descriptor, bytes, (nuint)buffer.Length);
            return count >= 0 ? (int)count : Marshal.GetLastPInvokeError() is var error && (error == Interrupted || error == s_tryAgain) ? null : -1;
        }
    }

    // struct pollfd
    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }

    // int poll(struct pollfd*, nfds_t, int milliseconds)
    [LibraryImport("libc")]
    private static partial int poll(PollFd* asked, nuint count, int milliseconds);

    // ssize_t read(int, void*, size_t)
    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, byte* buffer, nuint size);
}
