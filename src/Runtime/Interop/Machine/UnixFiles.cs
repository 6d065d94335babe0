using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Machine;

/// <summary>What the file system of Unix can do and .NET does not offer.</summary>
internal static unsafe partial class UnixFiles
{
    private const int CurrentFolder = -100;
    private const uint OwnerOnly = 0x8;

    /// <summary>
    /// Gives a finished file its name, unless something of that name exists already. No other process sees half of it. The file
    /// is gone from its old name afterwards in any case.
    /// </summary>
    /// <returns>Whether it got the name.</returns>
    internal static bool PublishNew(string made, string path)
    {
        // Not File.Move: on Unix it looks first and renames then, so that the second of two processes replaces the first's.
        if (!OperatingSystem.IsWindows())
        {
            bool linked = link(made, path) == 0;
            if (linked || File.Exists(path))
            {
                File.Delete(made);
                return linked;
            }
        }

        try
        {
            File.Move(made, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(made);
            return false;
        }
    }

    /// <summary>Whether a file or folder belongs to the user of this process. True where the system does not tell (other than Linux).</summary>
    internal static bool IsOwn(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        // struct statx: the user's number is the u32 at 20, in a layout that is the same on all architectures.
        byte* state = stackalloc byte[256];
        return statx(CurrentFolder, path, 0, OwnerOnly, state) != 0 || *(uint*)(state + 20) == geteuid();
    }

    // int link(const char* existing, const char* new)
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string existing, string name);

    // uid_t geteuid(void)
    [LibraryImport("libc")]
    private static partial uint geteuid();

    // int statx(int folder, const char* path, int flags, unsigned mask, struct statx*) (Linux)
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, byte* state);
}
