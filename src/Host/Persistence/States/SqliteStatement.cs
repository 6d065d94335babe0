using SQLitePCL;

namespace WasmActors.Host.Persistence.States;

/// <summary>A prepared statement of one connection. Used by the thread that owns the connection.</summary>
internal sealed class SqliteStatement(SqliteSession session, sqlite3_stmt statement) : IDisposable
{
    private int _bound;

    public void Dispose() => statement.Dispose();

    public SqliteStatement Bind(long value)
    {
        session.Check(raw.sqlite3_bind_int64(statement, ++_bound, value));
        return this;
    }

    public SqliteStatement Bind(string value)
    {
        session.Check(raw.sqlite3_bind_text(statement, ++_bound, value));
        return this;
    }

    public SqliteStatement Bind(ReadOnlySpan<byte> value)
    {
        session.Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(statement, ++_bound, 0)
            : raw.sqlite3_bind_blob(statement, ++_bound, value));
        return this;
    }

    /// <summary>Executes it to its end.</summary>
    /// <returns>The number of rows that it changed.</returns>
    public int Execute()
    {
        while (Step())
        {
            // Rows of a statement that changes something are not read.
        }

        return session.Changes;
    }

    /// <summary>Steps to the next row. After the last one, the statement can be bound again.</summary>
    public bool Step()
    {
        int result = raw.sqlite3_step(statement);
        if (result == raw.SQLITE_ROW)
        {
            return true;
        }

        Reset();
        session.Check(result == raw.SQLITE_DONE ? raw.SQLITE_OK : result);
        return false;
    }

    /// <summary>Ends it before its last row.</summary>
    public void Reset()
    {
        _bound = 0;
        raw.sqlite3_reset(statement);
    }

    public long Number(int column) => raw.sqlite3_column_int64(statement, column);

    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string() ?? "";
}
