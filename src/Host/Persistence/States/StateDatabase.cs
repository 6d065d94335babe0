using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace WasmActors.Host.Persistence.States;

/// <summary>Opens the database of states.</summary>
internal static class StateDatabase
{
    // SQLite makes the files beside the database with its mode. Some may be left of an earlier version.
    private static readonly string[] s_beside = ["-wal", "-shm"];

    /// <summary>Opens a file of SQLite, which is made if it is missing, for its owner alone.</summary>
    /// <exception cref="DbException">It cannot be opened, or is no database.</exception>
    /// <exception cref="IOException">The same.</exception>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    /// <exception cref="StateReplacedException">It is not the file that belongs to the catalogue.</exception>
    public static async Task<SqlStateStore> OpenFileAsync(string path, StateStoreOptions options,
        StateMark? mark = null, CancellationToken cancellation = default)
    {
        string full = Path.GetFullPath(path);
        if (mark is not null)
        {
            await mark.CheckFileAsync(full, cancellation).ConfigureAwait(false);
        }

        PrivateFiles.CreateFolder(Path.GetDirectoryName(full)!);
        PrivateFiles.Create(full);
        foreach (string ending in s_beside)
        {
            PrivateFiles.CloseIfExists(full + ending);
        }

        var connection = new SqliteConnectionStringBuilder { DataSource = full, Mode = SqliteOpenMode.ReadWrite };
        var sql = new Sql(SqliteFactory.Instance, connection.ToString());
        await sql.ExecuteAsync("PRAGMA journal_mode = WAL", cancellation).ConfigureAwait(false);
        await CreateAsync(sql, DatabaseKind.Sqlite, cancellation).ConfigureAwait(false);
        if (mark is not null)
        {
            await mark.CheckAsync(sql, full, cancellation).ConfigureAwait(false);
        }

        return new SqlStateStore(sql, DatabaseKind.Sqlite, new SqliteStateWriter(full, options), options);
    }

    /// <summary>Opens a PostgreSQL database, the same as that of the catalogue.</summary>
    /// <exception cref="DbException">It cannot be opened.</exception>
    public static async Task<SqlStateStore> OpenPostgresAsync(string connection, StateStoreOptions options,
        CancellationToken cancellation = default)
    {
        var sql = new Sql(NpgsqlFactory.Instance, connection);
        await CreateAsync(sql, DatabaseKind.PostgreSql, cancellation).ConfigureAwait(false);
        return new SqlStateStore(sql, DatabaseKind.PostgreSql,
            new PostgresStateWriter(await DurableAsync(sql, connection, cancellation).ConfigureAwait(false), options),
            options);
    }

    // A transaction counts only once it is on the server's disk, also where the server or the user has another default.
    private static async Task<string> DurableAsync(Sql sql, string connection, CancellationToken cancellation)
    {
        var setting =
            await sql.QueryAsync("SELECT current_setting('synchronous_commit')", static row =>
            row.GetString(0), cancellation).ConfigureAwait(false);
        var builder =
            new NpgsqlConnectionStringBuilder(connection) { ApplicationName = "wasmactors states",
            MaxAutoPrepare = 20 };
        if (setting[0] == "off")
        {
            builder.Options = $"{builder.Options} -c synchronous_commit=on".Trim();
        }

        return builder.ToString();
    }

    private static async Task CreateAsync(Sql sql, DatabaseKind kind, CancellationToken cancellation)
    {
        foreach (string statement in StateTables.Statements(kind))
        {
            await FunctionDatabase.CreateAsync(sql, statement, cancellation).ConfigureAwait(false);
        }
    }
}
