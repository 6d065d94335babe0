using System.Data.Common;
using WasmActors.Functions.Api;

namespace WasmActors.Host.Persistence;

/// <summary>Numbers that all nodes of a cluster must have in common. The first node stores them.</summary>
internal sealed class SqlClusterStore(Sql sql)
{
    private const string Shards = "shards";
    private const string StateFile = "state_file";

    /// <summary>The number of shards that keys are divided into. A database of an earlier version, which had no choice, keeps the number of that version.</summary>
    /// <param name="wanted">The number for a new cluster; null for the default.</param>
    /// <param name="cancellation">Gives the wait up.</param>
    /// <exception cref="DbException">The database does not answer.</exception>
    public async Task<int> ShardsAsync(int? wanted, CancellationToken cancellation = default)
    {
        if (await FindAsync(Shards, cancellation).ConfigureAwait(false) is { } stored)
        {
            return (int)stored;
        }

        var used = await sql.QueryAsync("SELECT 1 FROM wasm_modules LIMIT 1", static _ => 1, cancellation).ConfigureAwait(false);
        int first = used.Count > 0 ? FunctionHostOptions.EarlierShards : wanted ?? FunctionHostOptions.DefaultShards;
        await sql.ExecuteAsync("INSERT INTO wasm_cluster (name, value) VALUES (@name, @value) ON CONFLICT (name) DO NOTHING", cancellation, ("@name", Shards), ("@value", (long)first)).ConfigureAwait(false);
        return (int)(await FindAsync(Shards, cancellation).ConfigureAwait(false) ?? first); // another node may have been first
    }

    /// <summary>The id of the file of states that the cluster uses; null if it has not used one.</summary>
    /// <exception cref="DbException">The database does not answer.</exception>
    public Task<long?> StateFileAsync(CancellationToken cancellation = default) => FindAsync(StateFile, cancellation);

    /// <summary>Notes the id of the file of states that the cluster uses from now on.</summary>
    /// <exception cref="DbException">The database does not answer.</exception>
    public Task UseStateFileAsync(long id, CancellationToken cancellation = default) => sql.ExecuteAsync(
        "INSERT INTO wasm_cluster (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value", cancellation, ("@name", StateFile), ("@value", id));

    private async Task<long?> FindAsync(string name, CancellationToken cancellation)
    {
        var rows = await sql.QueryAsync("SELECT value FROM wasm_cluster WHERE name = @name", static row => row.GetInt64(0), cancellation, ("@name", name)).ConfigureAwait(false);
        return rows.Count > 0 ? rows[0] : null;
    }
}
