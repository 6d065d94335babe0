using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WasmActors.Host.Persistence.States;

/// <summary>A connection to the file of states through SQLite's own API, with its prepared statements. Belongs to one
/// thread.</summary>
/// <remarks>Microsoft.Data.Sqlite took 14 to 40 µs a row where this takes 3 to 5 (docs/performance.md).</remarks>
internal sealed class SqliteSession : IDisposable
{
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);
    private readonly sqlite3 _database;
    private readonly string _path;

    /// <summary>Opens it.</summary>
    /// <exception cref="SqliteException">The file is missing, or is no database.</exception>
    public SqliteSession(string path, StateStoreOptions options)
    {
        _path = path;
        Batteries_V2.Init();
        int opened =
            raw.sqlite3_open_v2(path, out _database, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX, null);
        try
        {
            Check(opened);
            raw.sqlite3_extended_result_codes(_database, 1);
            raw.sqlite3_busy_timeout(_database, (int)options.LockPatience.TotalMilliseconds);
            Execute("PRAGMA journal_mode = WAL");
            Execute(options.Durability == StateDurability.Full ? "PRAGMA synchronous = FULL"
                : "PRAGMA synchronous = NORMAL");
            Execute("PRAGMA wal_autocheckpoint = 4000"); // pages; copying them takes some milliseconds
            Execute("PRAGMA journal_size_limit = 67108864");
            Execute("PRAGMA cache_size = -32768"); // KiB
        }
        catch (Exception)
        {
            _database.Dispose();
            throw;
        }
    }

    /// <summary>Rows that the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(_database);

    /// <summary>Whether a transaction is under way.</summary>
    public bool IsInTransaction => raw.sqlite3_get_autocommit(_database) == 0;

    /// <summary>Whether the file is still where it was opened. SQLite would write to a deleted file without
    /// noticing.</summary>
    public bool IsInPlace => File.Exists(_path);

    /// <summary>Returns a statement, prepared once.</summary>
    public SqliteStatement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var prepared))
        {
            Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement));
            _statements[sql] = prepared = new SqliteStatement(this, statement);
        }

        return prepared;
    }

    public void Execute(string sql) => Prepare(sql).Execute();

    /// <exception cref="SqliteException">The result is a failure.</exception>
    public void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            string message = raw.sqlite3_errmsg(_database).utf8_to_string();
            throw new SqliteException($"SQLite error {result}: {message} ({_path})", result & 0xFF, result);
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _database.Dispose();
    }
}
