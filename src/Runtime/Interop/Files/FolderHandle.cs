using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace WasmActors.Runtime.Interop.Files;

/// <summary>
/// Owns the descriptor of a folder. Whatever is renamed or linked afterwards, it is still that folder. Linux only.
/// </summary>
internal sealed unsafe partial class FolderHandle : SafeHandleMinusOneIsInvalid
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int OpenAt2 = 437; // the number is the same on all architectures
    private const int MaxAttempts = 16;
    private const int MaxLinks = 40; // as Linux has it
    private const int MaxDepth = 256; // of the walk, which holds a descriptor for each folder on the way
    private const int MaxTarget = 4096; // PATH_MAX

    // <errno.h>; the same on all architectures.
    private const int NoEntry = 2;
    private const int TryAgain = 11;
    private const int AccessDenied = 13;
    private const int CrossesOut = 18; // EXDEV
    private const int NotDirectory = 20;
    private const int NameTooLong = 36;
    private const int TooManyLinks = 40; // ELOOP

    // <linux/openat2.h>
    private const ulong ResolveNoMagicLinks = 0x02;
    private const ulong ResolveBeneath = 0x08;

    // <fcntl.h>
    private const int PathOnly = 0x20_0000;
    private const int CloseOnExec = 0x8_0000;
    private static readonly bool s_hasArmFlags = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le;
    private static readonly int s_folder = PathOnly | CloseOnExec | (s_hasArmFlags ? 0x4000 : 0x1_0000);
    private static readonly int s_noFollow = s_hasArmFlags ? 0x8000 : 0x2_0000;

    private FolderHandle(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>A path under which the system opens this very folder, for as long as the handle is open.</summary>
    internal string ProcPath => $"/proc/self/fd/{handle}";

    /// <summary>Opens a folder by its path, and follows links.</summary>
    /// <returns>Null with the reason in <paramref name="problem"/>. The caller disposes the handle.</returns>
    internal static FolderHandle? Open(string path, out FolderProblem problem) =>
        Made(openat(CurrentFolder, path, s_folder), out problem);

    /// <summary>Opens a folder beneath this one. Neither a link nor <c>..</c> is followed out of this folder.</summary>
    /// <param name="path">A relative path with forward slashes; empty for this folder itself.</param>
    /// <param name="problem">Why it was not opened.</param>
    /// <returns>Null with the reason in <paramref name="problem"/>. The caller disposes the handle.</returns>
    internal FolderHandle? OpenBeneath(string path, out FolderProblem problem)
    {
        var how = new OpenHow { Flags = (ulong)s_folder, Resolve = ResolveBeneath | ResolveNoMagicLinks };
        for (int i = 0; i < MaxAttempts; i++)
        {
            int descriptor = (int)syscall(OpenAt2, this, path.Length == 0 ? "." : path, &how, sizeof(OpenHow));
            if (descriptor >= 0)
            {
                return Made(descriptor, out problem);
            }

            // TryAgain: something was renamed meanwhile. Any other error without a meaning of its own here: the kernel is older than 5.6, or
            // a container's filter does not let the call through.
            int error = Marshal.GetLastPInvokeError();
            if (error != TryAgain)
            {
                problem = Meaning(error);
                return problem == FolderProblem.Other && error is not (TooManyLinks or NameTooLong) ? Walk(path, out problem) : null;
            }
        }

        return Walk(path, out problem);
    }

    /// <summary>Does what <see cref="OpenBeneath"/> does on systems without <c>openat2</c>: opens one folder after the other.</summary>
    internal FolderHandle? Walk(string path, out FolderProblem problem)
    {
        var way = new Stack<FolderHandle>();
        var ahead = new Stack<string>();
        int links = 0;
        int error = 0;
        try
        {
            Add(ahead, path);
            while (error == 0 && ahead.TryPop(out string? name))
            {
                if (name == "..")
                {
                    error = way.TryPop(out var left) ? 0 : CrossesOut;
                    left?.Dispose();
                }
                else if (Step(way.TryPeek(out var here) ? here : this, name, out string? target, out error) is { } next)
                {
                    way.Push(next);
                    error = way.Count > MaxDepth ? NameTooLong : 0;
                }
                else if (target is not null)
                {
                    error = target.StartsWith('/') ? CrossesOut : ++links > MaxLinks ? TooManyLinks : 0;
                    Add(ahead, target);
                }
            }

            problem = Meaning(error);
            return error != 0 ? null
                : way.TryPop(out var found) ? found
                : Made(openat(this, ".", s_folder), out problem);
        }
        finally
        {
            foreach (var left in way)
            {
                left.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => close((int)handle) == 0;

    // One name further: the folder, or where a link of that name leads, or neither with an error.
    private static FolderHandle? Step(FolderHandle here, string name, out string? target, out int error)
    {
        target = null;
        error = 0;
        int descriptor = openat(here, name, s_folder | s_noFollow);
        if (descriptor >= 0)
        {
            return new FolderHandle(descriptor);
        }

        error = Marshal.GetLastPInvokeError();
        if (error is NotDirectory or TooManyLinks)
        {
            byte* text = stackalloc byte[MaxTarget];
            nint length = readlinkat(here, name, text, MaxTarget);
            target = length < 0 ? null : Marshal.PtrToStringUTF8((nint)text, (int)length);
        }

        return null;
    }

    private static void Add(Stack<string> ahead, string path)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = names.Length - 1; i >= 0; i--)
        {
            if (names[i] != ".")
            {
                ahead.Push(names[i]);
            }
        }
    }

    private static FolderHandle? Made(int descriptor, out FolderProblem problem)
    {
        problem = descriptor >= 0 ? FolderProblem.None : Meaning(Marshal.GetLastPInvokeError());
        return descriptor >= 0 ? new FolderHandle(descriptor) : null;
    }

    private static FolderProblem Meaning(int error) => error switch
    {
        0 => FolderProblem.None,
        NoEntry => FolderProblem.Missing,
        NotDirectory => FolderProblem.NotAFolder,
        CrossesOut => FolderProblem.LeadsOut,
        AccessDenied => FolderProblem.NoAccess,
        _ => FolderProblem.Other,
    };

    // struct open_how
    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        internal ulong Flags;
        internal ulong Mode;
        internal ulong Resolve;
    }

    // long syscall(long number, ...): openat2(int folder, const char* path, struct open_how*, size_t), which glibc does not have yet.
    // The answer is a descriptor that the caller owns, or -1. The folder's handle is held open during the call.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long syscall(long number, FolderHandle folder, string path, OpenHow* how, long size);

    // int openat(int folder, const char* path, int flags, ...): the answer is a descriptor that the caller owns, or -1.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int openat(FolderHandle folder, string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int openat(int folder, string path, int flags);

    // ssize_t readlinkat(int folder, const char* path, char* buffer, size_t): the text has no zero at its end.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint readlinkat(FolderHandle folder, string path, byte* buffer, nint size);

    // int close(int)
    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
