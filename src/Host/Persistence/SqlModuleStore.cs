using System.Globalization;
using WasmActors.Functions.Api;

namespace WasmActors.Host.Persistence;

/// <summary>Modules by their digest in a table, with the time of their last use by the database's clock. A module that is stored already is
/// written again, which mends what was damaged.</summary>
internal sealed class SqlModuleStore(Sql sql, DatabaseKind kind) : IModuleInventory
{
    private readonly string _now = kind == DatabaseKind.Sqlite ? "unixepoch()" : "CAST(EXTRACT(EPOCH FROM now()) AS BIGINT)";

    /// <summary>Makes the table, and adds the column that those of older versions lack.</summary>
    public async Task CreateAsync(Func<string, Task> create, CancellationToken cancellation)
    {
        string bytes = kind == DatabaseKind.Sqlite ? "BLOB" : "BYTEA";
        await create($"CREATE TABLE IF NOT EXISTS wasm_modules (digest VARCHAR(64) PRIMARY KEY, bytes {bytes} NOT NULL, used_at BIGINT)").ConfigureAwait(false);
        if (kind == DatabaseKind.PostgreSql)
        {
            await create("ALTER TABLE wasm_modules ADD COLUMN IF NOT EXISTS used_at BIGINT").ConfigureAwait(false);
            return;
        }

        var column = await sql.QueryAsync("SELECT 1 FROM pragma_table_info('wasm_modules') WHERE name = 'used_at'", static _ => true, cancellation).ConfigureAwait(false);
        if (column.Count == 0)
        {
            await create("ALTER TABLE wasm_modules ADD COLUMN used_at BIGINT").ConfigureAwait(false);
        }
    }

    public Task PutAsync(string digest, ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default) => sql.ExecuteAsync(
        $"INSERT INTO wasm_modules (digest, bytes, used_at) VALUES (@digest, @bytes, {_now}) ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes, used_at = excluded.used_at",
        cancellation,
        ("@digest", digest),
        ("@bytes", bytes.ToArray()));

    public async Task<ReadOnlyMemory<byte>?> FindAsync(string digest, CancellationToken cancellation = default)
    {
        var found = await sql.QueryAsync(
            "SELECT bytes FROM wasm_modules WHERE digest = @digest",
            static row => row.GetFieldValue<byte[]>(0),
            cancellation,
            ("@digest", digest)).ConfigureAwait(false);
        return found.Count > 0 ? found[0] : (ReadOnlyMemory<byte>?)null;
    }

    public Task<IReadOnlyList<StoredModule>> ListAsync(string? after, int limit, CancellationToken cancellation = default) => sql.QueryAsync(
        "SELECT digest, length(bytes), used_at FROM wasm_modules WHERE digest > @after ORDER BY digest LIMIT @limit",
        static row => new StoredModule(row.GetString(0), Convert.ToInt64(row.GetValue(1), CultureInfo.InvariantCulture))
        {
            UsedAt = row.IsDBNull(2) ? null : DateTimeOffset.FromUnixTimeSeconds(Convert.ToInt64(row.GetValue(2), CultureInfo.InvariantCulture)),
        },
        cancellation,
        ("@after", after ?? ""),
        ("@limit", limit));

    public async Task<bool> TouchAsync(string digest, CancellationToken cancellation = default) =>
        await sql.ExecuteAsync($"UPDATE wasm_modules SET used_at = {_now} WHERE digest = @digest", cancellation, ("@digest", digest)).ConfigureAwait(false) > 0;

    public async Task<bool> RemoveAsync(string digest, TimeSpan? unusedFor, CancellationToken cancellation = default)
    {
        if (unusedFor is not { } unused)
        {
            return await sql.ExecuteAsync("DELETE FROM wasm_modules WHERE digest = @digest", cancellation, ("@digest", digest)).ConfigureAwait(false) > 0;
        }

        // A node of an older version stored it: its time begins now.
        await sql.ExecuteAsync($"UPDATE wasm_modules SET used_at = {_now} WHERE digest = @digest AND used_at IS NULL", cancellation, ("@digest", digest)).ConfigureAwait(false);
        return await sql.ExecuteAsync(
            $"DELETE FROM wasm_modules WHERE digest = @digest AND used_at <= {_now} - @seconds",
            cancellation,
            ("@digest", digest),
            ("@seconds", (long)unused.TotalSeconds)).ConfigureAwait(false) > 0;
    }
}
