using System.Net.Sockets;
using Npgsql;
using WasmActors.Functions.State;

namespace WasmActors.Host.Persistence.States;

/// <summary>Writes and looks up states in PostgreSQL.</summary>
internal sealed class PostgresStateWriter(string connection, StateStoreOptions options) : IStateWriter
{
    private readonly NpgsqlDataSource _writes = NpgsqlDataSource.Create(connection);

    public async Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<StateCommit> commits,
        IReadOnlyDictionary<int, IReadOnlyList<BaseChunk>> chunks, CancellationToken cancellation)
    {
        var damaged = new HashSet<long>();
        while (true)
        {
            var group = new PostgresGroup(commits, chunks, options, damaged);
            if (await WriteAsync(group, cancellation).ConfigureAwait(false))
            {
                return group.Outcomes;
            }
        }
    }

    public async Task<IReadOnlyList<StateHead?>> NewestAsync(IReadOnlyList<(string Function, string Key)> keys,
        CancellationToken cancellation)
    {
        var heads = new StateHead?[keys.Count];
        var find = _writes.CreateCommand(
            """
            SELECT u.n, s.id, s.seq FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS u (function, key, n)
            JOIN wasm_states s ON s.function = u.function COLLATE "C" AND s.key = u.key COLLATE "C"
            """);
        await using (find.ConfigureAwait(false))
        {
            find.Parameters.Add(new NpgsqlParameter { Value = keys.Select(static k => k.Function).ToArray() });
            find.Parameters.Add(new NpgsqlParameter { Value = keys.Select(static k => k.Key).ToArray() });
            var reader = await find.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    heads[reader.GetInt64(0) - 1] = new StateHead(reader.GetInt64(1), reader.GetInt64(2));
                }
            }
        }

        return heads;
    }

    public ValueTask DisposeAsync() => _writes.DisposeAsync();

    // False if a state turned out to be damaged: then nothing was stored, and the group is written again without it.
    private async Task<bool> WriteAsync(PostgresGroup group, CancellationToken cancellation)
    {
        NpgsqlConnection open;
        try
        {
            open = await _writes.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or SocketException)
        {
            throw StateFailures.Unavailable(failure);
        }

        await using (open.ConfigureAwait(false))
        {
            NpgsqlTransaction transaction;
            try
            {
                transaction = await open.BeginTransactionAsync(cancellation).ConfigureAwait(false);
                await group.JudgeAsync(open, cancellation).ConfigureAwait(false);
                if (!await group.StoreAsync(open, cancellation).ConfigureAwait(false))
                {
                    await transaction.RollbackAsync(cancellation).ConfigureAwait(false);
                    return false;
                }
            }
            catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
            {
                throw StateFailures.Unavailable(failure); // it was not committed, and the connection is closed
            }

            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
            return true;
        }
    }
}
