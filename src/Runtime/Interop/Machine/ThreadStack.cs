using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Machine;

/// <summary>
/// How much stack the current thread has left. A guest may use the engine's whole wasm stack; on a thread with less, its
/// recursion would end the process instead of trapping.
/// </summary>
internal static unsafe partial class ThreadStack
{
    private const nint Unknown = -1;

    // As much as the runtime asks for on its own stacks.
    private const int HostRoom = 128 * 1024;

    // Lowest usable address of this thread's stack; 0 before the first question.
    [ThreadStatic]
    private static nint t_limit;

    /// <summary>Address of the current frame.</summary>
    internal static long Position
    {
        get
        {
            byte here;
            return (long)&here;
        }
    }

    /// <summary>Bytes between the current frame and the end of this thread's stack; <see cref="long.MaxValue"/> where the platform does not tell.</summary>
    internal static long Remaining
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            byte here;
            nint limit = t_limit;
            if (limit == 0)
            {
                limit = t_limit = FindLimit();
            }

            return limit == Unknown ? long.MaxValue : (nint)(&here) - limit;
        }
    }

    /// <summary>Whether the stack that the current frame is on, the thread's or a guest's, has room for a host function.</summary>
    internal static bool HasRoomForHost() => StackRegion.TryGetRemaining(out long left)
        ? left >= HostRoom
        : RuntimeHelpers.TryEnsureSufficientExecutionStack();

    private static nint FindLimit()
    {
        if (OperatingSystem.IsLinux())
        {
            return LinuxLimit();
        }

        if (OperatingSystem.IsWindows())
        {
            nuint low;
            nuint high;
            GetCurrentThreadStackLimits(&low, &high);
            return (nint)low;
        }

        if (OperatingSystem.IsMacOS())
        {
            nint self = pthread_self();
            return pthread_get_stackaddr_np(self) - (nint)pthread_get_stacksize_np(self);
        }

        return Unknown;
    }

    private static nint LinuxLimit()
    {
        // pthread_attr_t is 56 bytes on 64-bit glibc and musl; some room is left.
        byte* attributes = stackalloc byte[128];
        if (pthread_getattr_np(pthread_self(), attributes) != 0)
        {
            return Unknown;
        }

        nint low;
        nuint size;
        int answer = pthread_attr_getstack(attributes, &low, &size);
        _ = pthread_attr_destroy(attributes);
        return answer == 0 ? low : Unknown;
    }

    // pthread_t pthread_self(void)
    [LibraryImport("libc")]
    private static partial nint pthread_self();

    // int pthread_getattr_np(pthread_t, pthread_attr_t* own): destroy it afterwards.
    [LibraryImport("libc")]
    private static partial int pthread_getattr_np(nint thread, byte* attributes);

    // int pthread_attr_getstack(const pthread_attr_t*, void** lowest, size_t* size)
    [LibraryImport("libc")]
    private static partial int pthread_attr_getstack(byte* attributes, nint* low, nuint* size);

    // int pthread_attr_destroy(pthread_attr_t*)
    [LibraryImport("libc")]
    private static partial int pthread_attr_destroy(byte* attributes);

    // void* pthread_get_stackaddr_np(pthread_t): the highest address (macOS).
    [LibraryImport("libc")]
    private static partial nint pthread_get_stackaddr_np(nint thread);

    // size_t pthread_get_stacksize_np(pthread_t) (macOS)
    [LibraryImport("libc")]
    private static partial nuint pthread_get_stacksize_np(nint thread);

    // void GetCurrentThreadStackLimits(PULONG_PTR low, PULONG_PTR high)
    [LibraryImport("kernel32")]
    private static partial void GetCurrentThreadStackLimits(nuint* low, nuint* high);
}
