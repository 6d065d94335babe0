using Microsoft.Data.Sqlite;
using WasmActors.Host.Persistence.States;

namespace WasmActors.Functions.Tests.Persistence.States;

/// <summary>A file of states in a folder of its own, deleted at the end.</summary>
internal sealed class StateFile : IDisposable
{
    internal string Folder { get; } = Directory.CreateTempSubdirectory("wasmactors-state-").FullName;

    internal string Path => System.IO.Path.Combine(Folder, "state.db");

    internal Task<SqlStateStore> OpenAsync(StateStoreOptions? options = null) => StateDatabase.OpenFileAsync(Path, options ?? new StateStoreOptions());

    /// <summary>Executes SQL as somebody would who damages the file.</summary>
    internal async Task<int> ExecuteAsync(string sql, params (string Name, object Value)[] parameters)
    {
        await using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Reads the rows of a query.</summary>
    internal async Task<List<object[]>> QueryAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object[]>();
        while (await reader.ReadAsync())
        {
            object[] row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(Folder, recursive: true);
    }
}
