using WasmActors.Host.Persistence;

namespace WasmActors.Host.Cli.Serving;

/// <summary>The folder of a node's files, held by one process at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private const string LockName = "node.lock";
    private static readonly string[] s_own = [LockName, DatabaseMark.FileName, "logs", "modules"];

    private readonly FileStream _lock;

    private DataFolder(FileStream held, string? warning)
    {
        _lock = held;
        Warning = warning;
    }

    /// <summary>What is wrong with the folder although it can be used: other users have access to it. Null for nothing.</summary>
    public string? Warning { get; }

    /// <summary>Makes the folder if it is missing, closes it to other users, and holds it.</summary>
    /// <exception cref="CommandLineException"><c>data.in_use</c>, <c>data.unusable</c></exception>
    public static DataFolder Open(string path)
    {
        try
        {
            string? warning = PrivateFiles.CloseFolder(path, IsOwn);
            var held = PrivateFiles.Open(Path.Combine(path, LockName), new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None });
            return new DataFolder(held, warning);
        }
        catch (IOException) when (File.Exists(Path.Combine(path, LockName)))
        {
            throw new CommandLineException("data.in_use", $"Another node uses the folder {path}.", "Stop it, or give this node a folder of its own with --data. Nodes of one machine that share a SQLite file say so with WasmActors:Database:File.", ExitCodes.Node);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandLineException("data.unusable", $"The folder {path} cannot be used: {failure.Message}", "Choose another one with --data.", ExitCodes.Node);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static bool IsOwn(string name) => s_own.Contains(name, StringComparer.Ordinal) || name.StartsWith("wasmactors.db", StringComparison.Ordinal) || name.StartsWith("state.db", StringComparison.Ordinal);
}
