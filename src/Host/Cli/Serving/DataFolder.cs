namespace WasmActors.Host.Cli.Serving;

/// <summary>The folder of a node's files, held by one process at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(FileStream held) => _lock = held;

    /// <summary>Makes the folder where it is missing, for its owner alone, and holds it.</summary>
    /// <exception cref="CommandLineException"><c>data.in_use</c>, <c>data.unusable</c></exception>
    public static DataFolder Open(string path)
    {
        string file = Path.Combine(path, "node.lock");
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            return new DataFolder(new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(file))
        {
            throw new CommandLineException("data.in_use", $"Another node uses the folder {path}.", "Stop it, or give this node a folder of its own with --data. Nodes of one machine that share a SQLite file say so with WasmActors:Database:File.", ExitCodes.Node);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandLineException("data.unusable", $"The folder {path} cannot be used: {failure.Message}", "Choose another one with --data.", ExitCodes.Node);
        }
    }

    public void Dispose() => _lock.Dispose();
}
