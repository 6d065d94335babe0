using System.Data.Common;
using WasmActors.Functions.Api;

namespace WasmActors.Host.Persistence;

/// <summary>Numbers that all nodes of a cluster must have in common. The first node stores them.</summary>
internal sealed class SqlClusterStore(Sql sql)
{
    private const string Shards = "shards";

    /// <summary>The number of shards that keys are divided into. A database of an earlier version, which had no choice, keeps the number of that version.</summary>
    /// <param name="wanted">The number for a new cluster; null for the default.</param>
    /// <param name="cancellation">Gives the wait up.</param>
    /// <exception cref="DbException">The database does not answer.</exception>
    public async Task<int> ShardsAsync(int? wanted, CancellationToken cancellation = default)
    {
        if (await FindAsync(cancellation).ConfigureAwait(false) is { } stored)
        {
            return stored;
        }

        var used = await sql.QueryAsync("SELECT 1 FROM wasm_modules LIMIT 1", static _ => 1, cancellation).ConfigureAwait(false);
        int first = used.Count > 0 ? FunctionHostOptions.EarlierShards : wanted ?? FunctionHostOptions.DefaultShards;
        await sql.ExecuteAsync("INSERT INTO wasm_cluster (name, value) VALUES (@name, @value) ON CONFLICT (name) DO NOTHING", cancellation, ("@name", Shards), ("@value", (long)first)).ConfigureAwait(false);
        return await FindAsync(cancellation).ConfigureAwait(false) ?? first; // another node may have been first
    }

    private async Task<int?> FindAsync(CancellationToken cancellation)
    {
        var rows = await sql.QueryAsync("SELECT value FROM wasm_cluster WHERE name = @name", static row => (int)row.GetInt64(0), cancellation, ("@name", Shards)).ConfigureAwait(false);
        return rows.Count > 0 ? rows[0] : null;
    }
}
