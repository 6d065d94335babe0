using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace WasmActors.Host.Persistence;

/// <summary>Files and folders that only their owner may read: they contain grants, which may be secrets, in clear. Judged on what was opened, not on its
/// name. On Windows the folder's access list decides, and nothing is done here.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode OthersAccess = OthersWrite | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Makes a folder that is missing, with those above it, for its owner alone. Leaves one that exists as it is.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnFolder);
        }
    }

    /// <summary>Makes a folder, and closes one that exists to others, if it contains nothing but what the node keeps there.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="isOwn">Whether a name in it is one of the node's.</param>
    /// <returns>What is wrong with a folder that was left as it is; null for nothing.</returns>
    public static string? CloseFolder(string path, Func<string, bool> isOwn)
    {
        CreateFolder(path);
        if (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & OthersAccess) == UnixFileMode.None)
        {
            return null;
        }

        bool dedicated = Directory.EnumerateFileSystemEntries(path).All(entry => isOwn(Path.GetFileName(entry)));
        if (dedicated && TryClose(path))
        {
            return null;
        }

        return $"The folder {path} can be {((File.GetUnixFileMode(path) & OthersWrite) != UnixFileMode.None ? "changed" : "listed")} by other users (mode {Octal(File.GetUnixFileMode(path))}{(dedicated ? "" : "; it also contains other files, so it was left as it is")}). The node's files in it are closed to them. 'chmod 700' closes the folder";
    }

    /// <summary>Makes a file if it is missing, and closes it to others.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be opened, or is another user's and open to others.</exception>
    public static void Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        using var file = Open(path, options);
    }

    /// <summary>Closes a file to others, if it exists.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be opened, or is another user's and open to others.</exception>
    public static void CloseIfExists(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Close(handle, path);
        }
        catch (FileNotFoundException)
        {
            // Made later, by SQLite with the mode of the database.
        }
    }

    /// <summary>Opens a file, made for its owner alone if it is missing, and closes it to others if it exists.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be opened, or is another user's and open to others.</exception>
    public static FileStream Open(string path, FileStreamOptions options)
    {
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnFile;
        }

        var file = new FileStream(path, options);
        try
        {
            Close(file.SafeFileHandle, path);
            return file;
        }
        catch (Exception)
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Closes an open file to others.</summary>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    public static void Close(SafeFileHandle file, string path)
    {
        if (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & OthersAccess) == UnixFileMode.None)
        {
            return;
        }

        try
        {
            File.SetUnixFileMode(file, OwnFile);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new UnauthorizedAccessException($"The file {path} can be read by other users (mode {Octal(File.GetUnixFileMode(file))}) and belongs to another one: its owner can close it with 'chmod 600'.", denied);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static bool TryClose(string folder)
    {
        try
        {
            File.SetUnixFileMode(folder, OwnFolder);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}
