using Microsoft.Data.Sqlite;
using WasmActors.Functions.State;

namespace WasmActors.Host.Persistence.States;

/// <summary>Writes and looks up states in SQLite, with one connection and one thread for each of the two.</summary>
internal sealed class SqliteStateWriter(string path, StateStoreOptions options) : IStateWriter
{
    private readonly SqliteThread _writes = new("wasm-state-commits", () => Open(path, options));
    private readonly SqliteThread _reads = new("wasm-state-reads", () => Open(path, options));

    public Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<StateCommit> commits, IReadOnlyDictionary<int,
        IReadOnlyList<BaseChunk>> chunks, CancellationToken cancellation) =>
        _writes.RunAsync(session => new SqliteGroup(session, options).Write(commits, chunks));

    public Task<IReadOnlyList<StateHead?>> NewestAsync(IReadOnlyList<(string Function, string Key)> keys,
        CancellationToken cancellation) =>
        _reads.RunAsync<IReadOnlyList<StateHead?>>(session =>
        {
            var heads = new StateHead?[keys.Count];
            for (int i = 0; i < heads.Length; i++)
            {
                var find = session.Prepare("SELECT id, seq FROM wasm_states WHERE function = ? AND key = ?")
                    .Bind(keys[i].Function).Bind(keys[i].Key);
                if (find.Step())
                {
                    heads[i] = new StateHead(find.Number(0), find.Number(1));
                    find.Reset();
                }
            }

            return heads;
        });

    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync().ConfigureAwait(false);
        await _reads.DisposeAsync().ConfigureAwait(false);
    }

    private static SqliteSession Open(string path, StateStoreOptions options)
    {
        try
        {
            return new SqliteSession(path, options);
        }
        catch (SqliteException failure)
        {
            throw StateFailures.Unavailable(failure);
        }
    }
}
