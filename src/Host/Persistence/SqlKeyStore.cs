using System.Data.Common;
using System.Globalization;
using WasmActors.Host.Access;

namespace WasmActors.Host.Persistence;

/// <summary>API keys in a table. A change raises the revision in the same transaction.</summary>
internal sealed class SqlKeyStore(Sql sql) : IKeyStore
{
    private const string Columns = "id, name, scopes, hash, created_at, requests_per_second, burst, concurrency, max_body_bytes";
    private const string Insert = $"INSERT INTO wasm_keys ({Columns}) VALUES (@id, @name, @scopes, @hash, @created, @rate, @burst, @concurrency, @body) ON CONFLICT DO NOTHING";

    // The first statement of a change: it also makes changes of other nodes wait, so that what the second one reads is not about to change.
    private const string Raise = "UPDATE wasm_host SET keys_revision = keys_revision + 1";

    /// <inheritdoc/>
    public async Task<long> RevisionAsync(CancellationToken cancellation) =>
        (await sql.QueryAsync("SELECT keys_revision FROM wasm_host", static row => Number(row, 0) ?? 0, cancellation).ConfigureAwait(false))[0];

    /// <inheritdoc/>
    public Task<bool> AddAsync(ApiKey key, CancellationToken cancellation) =>
        sql.ChangeAsync(cancellation, new(Raise), new(Insert, Parameters(key)));

    /// <inheritdoc/>
    public Task<bool> AddFirstAsync(ApiKey key, CancellationToken cancellation) =>
        sql.ChangeAsync(cancellation, new($"{Raise} WHERE keys_revision = 0"), new(Insert, Parameters(key)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellation) =>
        sql.QueryAsync($"SELECT {Columns} FROM wasm_keys ORDER BY name", Read, cancellation);

    /// <inheritdoc/>
    public async Task<KeyRemoval> RemoveAsync(string id, CancellationToken cancellation)
    {
        const string Admin = "scopes LIKE '%admin%'";
        const string Remove = $"DELETE FROM wasm_keys WHERE id = @id AND (NOT {Admin} OR EXISTS (SELECT 1 FROM wasm_keys WHERE id <> @id AND {Admin}))";
        if (await sql.ChangeAsync(cancellation, new(Raise), new(Remove, ("@id", id))).ConfigureAwait(false))
        {
            return KeyRemoval.Removed;
        }

        var left = await sql.QueryAsync("SELECT id FROM wasm_keys WHERE id = @id", static row => row.GetString(0), cancellation, ("@id", id)).ConfigureAwait(false);
        return left.Count == 0 ? KeyRemoval.NotFound : KeyRemoval.LastAdmin;
    }

    private static (string Name, object? Value)[] Parameters(ApiKey key) =>
    [
        ("@id", key.Id),
        ("@name", key.Name),
        ("@scopes", ApiScopes.Format(key.Scopes)),
        ("@hash", key.SecretHash),
        ("@created", key.CreatedAt.ToUnixTimeMilliseconds()),
        ("@rate", key.Limits.RequestsPerSecond),
        ("@burst", key.Limits.Burst),
        ("@concurrency", key.Limits.Concurrency),
        ("@body", key.Limits.MaxBodyBytes),
    ];

    private static ApiKey Read(DbDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        ApiScopes.Parse(row.GetString(2)),
        row.GetFieldValue<byte[]>(3),
        DateTimeOffset.FromUnixTimeMilliseconds(Number(row, 4) ?? 0),
        new KeyLimits((int?)Number(row, 5), (int?)Number(row, 6), (int?)Number(row, 7), Number(row, 8)));

    private static long? Number(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : Convert.ToInt64(row.GetValue(column), CultureInfo.InvariantCulture);
}
