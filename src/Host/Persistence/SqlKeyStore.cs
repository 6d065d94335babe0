using System.Data.Common;
using System.Globalization;
using WasmActors.Host.Access;

namespace WasmActors.Host.Persistence;

/// <summary>API keys in a table, without their secrets. Names are unique.</summary>
internal sealed class SqlKeyStore(Sql sql)
{
    private const string Columns = "id, name, scopes, hash, created_at, requests_per_second, burst, concurrency, max_body_bytes";

    /// <summary>Adds a key.</summary>
    /// <returns>False where there is one with its name.</returns>
    public async Task<bool> AddAsync(ApiKey key, CancellationToken cancellation) => await sql.ExecuteAsync(
        $"INSERT INTO wasm_keys ({Columns}) VALUES (@id, @name, @scopes, @hash, @created, @rate, @burst, @concurrency, @body) ON CONFLICT DO NOTHING",
        cancellation,
        Parameters(key)).ConfigureAwait(false) > 0;

    /// <summary>Adds a key where there is none at all.</summary>
    /// <returns>False where there is one.</returns>
    public async Task<bool> AddFirstAsync(ApiKey key, CancellationToken cancellation) => await sql.ExecuteAsync(
        $"INSERT INTO wasm_keys ({Columns}) SELECT @id, @name, @scopes, @hash, @created, @rate, @burst, @concurrency, @body WHERE NOT EXISTS (SELECT 1 FROM wasm_keys) ON CONFLICT DO NOTHING",
        cancellation,
        Parameters(key)).ConfigureAwait(false) > 0;

    /// <summary>All keys.</summary>
    public Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellation) =>
        sql.QueryAsync($"SELECT {Columns} FROM wasm_keys ORDER BY name", Read, cancellation);

    /// <summary>Removes a key.</summary>
    /// <returns>False where there is none.</returns>
    public async Task<bool> RemoveAsync(string id, CancellationToken cancellation) =>
        await sql.ExecuteAsync("DELETE FROM wasm_keys WHERE id = @id", cancellation, ("@id", id)).ConfigureAwait(false) > 0;

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
