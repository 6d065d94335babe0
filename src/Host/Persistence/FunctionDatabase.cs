using System.Data.Common;
using Akka.Configuration;
using Akka.Persistence.Sql;
using Microsoft.Data.Sqlite;
using Npgsql;
using WasmActors.Functions.Api;

namespace WasmActors.Host.Persistence;

/// <summary>The database of a host: the journal of its catalogue, its modules and its API keys. All nodes of a cluster use the same.</summary>
internal sealed class FunctionDatabase
{
    private const string JournalPath = "akka.persistence.journal.sql";
    private const string SnapshotPath = "akka.persistence.snapshot-store.sql";

    private readonly DatabaseKind _kind;
    private readonly string _connection;

    private FunctionDatabase(DatabaseKind kind, string connection, Sql sql, string identity)
    {
        _kind = kind;
        Identity = identity;
        _connection = connection;
        Modules = new SqlModuleStore(sql, kind);
        Keys = new SqlKeyStore(sql);
        Cluster = new SqlClusterStore(sql);
    }

    /// <summary>Random text that the first start on the database put into it: another one after it was emptied or replaced.</summary>
    public string Identity { get; }

    /// <summary>Where modules are kept.</summary>
    public IModuleStore Modules { get; }

    /// <summary>Where API keys are kept.</summary>
    public SqlKeyStore Keys { get; }

    /// <summary>What is the same for all nodes of the cluster.</summary>
    public SqlClusterStore Cluster { get; }

    /// <summary>Opens a file, which is made when it is missing, with its folder.</summary>
    /// <exception cref="DbException">It cannot be opened, or is no database.</exception>
    public static Task<FunctionDatabase> OpenFileAsync(string path, CancellationToken cancellation = default)
    {
        string full = Path.GetFullPath(path);
        PrivateFiles.CreateFolder(Path.GetDirectoryName(full)!);
        return OpenAsync(DatabaseKind.Sqlite, new SqliteConnectionStringBuilder { DataSource = full }.ToString(), cancellation);
    }

    /// <summary>Opens a database and makes the tables that it lacks.</summary>
    /// <exception cref="DbException">It cannot be opened, or its tables cannot be made.</exception>
    public static async Task<FunctionDatabase> OpenAsync(DatabaseKind kind, string connection, CancellationToken cancellation = default)
    {
        var sql = new Sql(kind == DatabaseKind.Sqlite ? SqliteFactory.Instance : NpgsqlFactory.Instance, connection);
        if (kind == DatabaseKind.Sqlite)
        {
            // Stays with the file: readers do not wait for the writer, and a commit is one synced write instead of several.
            await sql.ExecuteAsync("PRAGMA journal_mode = WAL", cancellation).ConfigureAwait(false);
        }

        await new SqlModuleStore(sql, kind).CreateAsync(statement => CreateAsync(sql, statement, cancellation), cancellation).ConfigureAwait(false);
        string bytes = kind == DatabaseKind.Sqlite ? "BLOB" : "BYTEA";
        string[] tables =
            [
                $"CREATE TABLE IF NOT EXISTS wasm_keys (id VARCHAR(32) PRIMARY KEY, name VARCHAR(63) NOT NULL UNIQUE, scopes VARCHAR(32) NOT NULL, hash {bytes} NOT NULL, created_at BIGINT NOT NULL, requests_per_second INTEGER, burst INTEGER, concurrency INTEGER, max_body_bytes BIGINT)",
                "CREATE TABLE IF NOT EXISTS wasm_host (one INTEGER PRIMARY KEY, id VARCHAR(32) NOT NULL, keys_revision BIGINT NOT NULL)",
                "CREATE TABLE IF NOT EXISTS wasm_cluster (name VARCHAR(32) PRIMARY KEY, value BIGINT NOT NULL)",
            ];
        foreach (string table in tables)
        {
            await CreateAsync(sql, table, cancellation).ConfigureAwait(false);
        }

        // Keys of a database that an earlier version made count as changes: the first key was printed long ago.
        await sql.ExecuteAsync(
            "INSERT INTO wasm_host (one, id, keys_revision) SELECT 1, @id, (SELECT COUNT(*) FROM wasm_keys) WHERE NOT EXISTS (SELECT 1 FROM wasm_host) ON CONFLICT DO NOTHING",
            cancellation,
            ("@id", Guid.NewGuid().ToString("N"))).ConfigureAwait(false);
        var identity = await sql.QueryAsync("SELECT id FROM wasm_host", static row => row.GetString(0), cancellation).ConfigureAwait(false);
        return new FunctionDatabase(kind, connection, sql, identity[0]);
    }

    /// <summary>The settings that make the database the journal and the snapshot store of an actor system.</summary>
    public Config JournalConfig() => JournalConfigFor(_kind, _connection);

    internal static Config JournalConfigFor(DatabaseKind kind, string connection) => ConfigurationFactory.ParseString($$"""
        akka.persistence.journal.plugin = "{{JournalPath}}"
        {{JournalPath}} {
          connection-string = "{{Escaped(connection)}}"
          provider-name = "{{Provider(kind)}}"
          auto-initialize = on
        }
        akka.persistence.snapshot-store.plugin = "{{SnapshotPath}}"
        {{SnapshotPath}} {
          connection-string = "{{Escaped(connection)}}"
          provider-name = "{{Provider(kind)}}"
          auto-initialize = on
        }
        """).WithFallback(SqlPersistence.DefaultConfiguration);

    private static string Provider(DatabaseKind kind) => kind == DatabaseKind.Sqlite ? "SQLite.MS" : "PostgreSQL.15";

    // PostgreSQL fails one of two that make a table at the same time; it is there then.
    internal static async Task CreateAsync(Sql sql, string statement, CancellationToken cancellation)
    {
        try
        {
            await sql.ExecuteAsync(statement, cancellation).ConfigureAwait(false);
        }
        catch (PostgresException raced) when (raced.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateTable)
        {
            await sql.ExecuteAsync(statement, cancellation).ConfigureAwait(false);
        }
        catch (SqliteException raced) when (raced.Message.Contains("duplicate column name", StringComparison.Ordinal))
        {
            // Another process added the column in between.
        }
    }

    private static string Escaped(string text) => text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
