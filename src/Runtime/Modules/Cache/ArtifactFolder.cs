using System.Runtime.Versioning;
using System.Security.Cryptography;
using WasmActors.Runtime.Interop.Machine;

namespace WasmActors.Runtime.Modules.Cache;

/// <summary>
/// A folder that only its owner can write, and the secret key in it that tells his files from any others. Native code out of
/// it is run: whoever could write there could run code as this user.
/// </summary>
internal static class ArtifactFolder
{
    internal const string KeyName = "key";
    internal const string TemporaryEnding = ".tmp";
    private const int KeyBytes = 32;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Makes or checks the folder and reads or makes its key.</summary>
    /// <exception cref="IOException">It cannot be used, or is not safe to use.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    internal static byte[] Open(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            OpenUnix(folder);
        }

        return ReadOrMakeKey(folder);
    }

    /// <summary>Writes a new file that only its owner can read.</summary>
    /// <returns>Its path: a name of its own, to be renamed.</returns>
    internal static string WriteTemporary(string folder, ReadOnlySpan<byte> content)
    {
        string path = Path.Combine(folder, Guid.NewGuid().ToString("N") + TemporaryEnding);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using var file = new FileStream(path, options);
            file.Write(content);
        }
        catch (IOException)
        {
            TryDelete(path);
            throw;
        }

        return path;
    }

    internal static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            // A file that stays is not trusted the next time either.
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void OpenUnix(string folder)
    {
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, Owner);
        }

        if (!UnixFiles.IsOwn(folder))
        {
            throw new UnauthorizedAccessException($"the folder {folder} belongs to another user");
        }

        var mode = File.GetUnixFileMode(folder);
        if ((mode & ~Owner) != UnixFileMode.None)
        {
            File.SetUnixFileMode(folder, mode & Owner);
        }

        if ((mode & OthersWrite) != UnixFileMode.None)
        {
            // Others may have put anything there, a key that they know included.
            File.Delete(Path.Combine(folder, KeyName));
        }
    }

    private static byte[] ReadOrMakeKey(string folder)
    {
        string path = Path.Combine(folder, KeyName);
        for (int attempt = 0; attempt < 3; attempt++)
        {
            if (File.Exists(path))
            {
                if (ReadKey(path) is { } key)
                {
                    return key;
                }

                File.Delete(path);
            }

            byte[] made = RandomNumberGenerator.GetBytes(KeyBytes);
            if (UnixFiles.PublishNew(WriteTemporary(folder, made), path))
            {
                return made;
            }
        }

        throw new IOException($"the key {path} cannot be made or read");
    }

    private static byte[]? ReadKey(string path)
    {
        try
        {
            bool secret = OperatingSystem.IsWindows() || ((File.GetUnixFileMode(path) & ~Owner) == UnixFileMode.None && UnixFiles.IsOwn(path));
            byte[] key = new byte[KeyBytes];
            using var file = File.OpenRead(path);
            return secret && file.Length == KeyBytes && file.ReadAtLeast(key, KeyBytes, throwOnEndOfStream: false) == KeyBytes ? key : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
