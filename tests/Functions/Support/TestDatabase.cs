using WasmActors.Host.Persistence;

namespace WasmActors.Functions.Tests.Support;

/// <summary>A database file in a folder of its own, deleted at the end.</summary>
internal sealed class TestDatabase : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wasmactors-cluster-").FullName;

    internal string Path => global::System.IO.Path.Combine(_folder, "wasmactors.db");

    internal Task<FunctionDatabase> OpenAsync() => FunctionDatabase.OpenFileAsync(Path);

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
