using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using WasmActors.Functions.State;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Persistence.States;

/// <summary>Keeps states in a database. <c>docs/state-format.md</c> documents the rows.</summary>
internal sealed class SqlStateStore(Sql sql, DatabaseKind kind, IStateWriter writer, StateStoreOptions options)
    : IStateStore, IAsyncDisposable
{
    private const int DeletedAtOnce = 500;
    private const int SqliteCorrupt = 11;

    private static readonly string[] s_tables = ["wasm_commits", "wasm_chunks", "wasm_answers"];

    private readonly string _snapshot = kind == DatabaseKind.Sqlite ? "BEGIN"
        : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    public int AnswersPerKey => options.Answers;

    public async Task<StoredState?> FindAsync(string function, string key, CancellationToken cancellation = default)
    {
        var (state, isDeleted) = await GuardedAsync(
            () => sql.SnapshotAsync(
                _snapshot,
                async rows =>
                {
                    var reading = new StateReading(rows, options, function, key);
                    return (await reading.ReadAsync(cancellation).ConfigureAwait(false), reading.IsDeleted);
                },
                cancellation),
            damaged => StateFailures.Corrupt(function, key, damaged.Message),
            cancellation).ConfigureAwait(false);
        if (isDeleted)
        {
            await DeleteAsync(function, key,
                cancellation).ConfigureAwait(false); // the deletion of the function was not finished
        }

        return state;
    }

    public async Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<StateCommit> commits,
        CancellationToken cancellation = default)
    {
        var chunks = new Dictionary<int, IReadOnlyList<BaseChunk>>();
        if (commits.Any(static c => c.Base is not null))
        {
            await Task.Run(() => Split(commits, chunks), cancellation).ConfigureAwait(false);
        }

        return await writer.CommitAsync(commits, chunks, cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<StateHead?>> NewestAsync(IReadOnlyList<(string Function, string Key)> keys,
        CancellationToken cancellation = default)
    {
        try
        {
            return await writer.NewestAsync(keys, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is DbException or TimeoutException)
        {
            throw StateFailures.Unavailable(failure);
        }
    }

    public Task<StatePage> ListAsync(string? function, string? after, int limit,
        CancellationToken cancellation = default)
    {
        string[] cursor = (after ?? "/").Split('/', 2);
        string condition = function is null ? "(s.function, s.key) > (@afterFunction, @afterKey)"
            : "s.function = @function AND s.key > @afterKey";
        string query = $"""
            SELECT {string.Join(", ", StateTables.StateColumns.Split(", ").Select(static c => $"s.{c}"))},
              (SELECT COALESCE(SUM(length(c.body)), 0) FROM wasm_commits c WHERE c.state_id = s.id),
              (SELECT COALESCE(SUM(length(k.body)), 0) FROM wasm_chunks k WHERE k.state_id = s.id),
              (SELECT c.at FROM wasm_commits c WHERE c.state_id = s.id AND c.seq = s.seq)
            FROM wasm_states s
            WHERE {condition} AND NOT EXISTS
              (SELECT 1 FROM wasm_functions d WHERE d.function = s.function AND d.through_version >= s.version)
            ORDER BY s.function, s.key LIMIT @limit
            """;
        return GuardedAsync(
            async () =>
            {
                var found =
                    await sql.QueryAsync(query, ReadSummary, cancellation, ("@function", function ?? ""),
                    ("@afterFunction", cursor[0]), ("@afterKey", cursor[^1]),
                    ("@limit", (long)limit + 1)).ConfigureAwait(false);
                var page = found.Take(limit).ToList();
                return new StatePage(page, found.Count > limit && page.Count > 0 ? $"{page[^1].Function}/{page[^1].Key}"
                    : null);
            },
            StateFailures.Unavailable,
            cancellation);
    }

    public Task<bool> HasModuleAsync(string moduleDigest, CancellationToken cancellation = default) =>
        GuardedAsync(
        async () => (await sql.QueryAsync(
            "SELECT 1 FROM wasm_states WHERE module_digest = @digest LIMIT 1",
            static row => row.GetValue(0),
            cancellation,
            ("@digest", moduleDigest)).ConfigureAwait(false)).Count > 0,
        StateFailures.Unavailable,
        cancellation);

    public Task<bool> DeleteAsync(string function, string key, CancellationToken cancellation = default) =>
        GuardedAsync(
        async () =>
            await DeleteAsync(await IdsAsync(function, key, cancellation).ConfigureAwait(false),
            cancellation).ConfigureAwait(false) > 0,
        StateFailures.Unavailable,
        cancellation);

    public Task DeleteFunctionAsync(string function, int throughVersion, CancellationToken cancellation = default) =>
        GuardedAsync(
        async () =>
        {
            (string, object?)[] which = [("@function", function), ("@version", (long)throughVersion)];
            await sql.ExecuteAsync(
                """
                INSERT INTO wasm_functions (function, through_version, sum) VALUES (@function, @version, @sum)
                ON CONFLICT (function) DO UPDATE SET through_version = excluded.through_version, sum = excluded.sum
                WHERE wasm_functions.through_version < excluded.through_version
                """,
                cancellation,
                [.. which, ("@sum", RowSums.OfFunction(function, throughVersion))]).ConfigureAwait(false);
            while (true)
            {
                var ids = await sql.QueryAsync(
                    "SELECT id FROM wasm_states WHERE function = @function AND version <= @version "
                    + $"LIMIT {DeletedAtOnce}",
                    static row => row.GetInt64(0),
                    cancellation,
                    which).ConfigureAwait(false);
                if (ids.Count == 0)
                {
                    return true;
                }

                await DeleteAsync(ids, cancellation).ConfigureAwait(false); // commits of other keys go in between
            }
        },
        StateFailures.Unavailable,
        cancellation);

    public ValueTask DisposeAsync() => writer.DisposeAsync();

    private static void Split(IReadOnlyList<StateCommit> commits, Dictionary<int, IReadOnlyList<BaseChunk>> chunks)
    {
        for (int i = 0; i < commits.Count; i++)
        {
            if (commits[i].Base is { } whole)
            {
                chunks[i] = BaseChunks.Split(commits[i].State, commits[i].Sequence, whole);
            }
        }
    }

    // Ids that a state of the key has or had; not those of another key whose hash is the same.
    private async Task<IReadOnlyList<long>> IdsAsync(string function, string key, CancellationToken cancellation)
    {
        (string, object?)[] range = [("@first", StateId.First(function, key)), ("@last", StateId.Last(function, key))];
        var named = await sql.QueryAsync(
            $"""
            SELECT {StateTables.StateColumns} FROM wasm_states
            WHERE id BETWEEN @first AND @last OR (function = @function AND key = @key)
            """,
            StateReading.ReadRow,
            cancellation,
            [.. range, ("@function", function), ("@key", key)]).ConfigureAwait(false);
        var ids = named.Select(static n => n.Row.Id).ToHashSet();
        foreach (string table in s_tables)
        {
            ids.UnionWith(await sql.QueryAsync(
                $"SELECT DISTINCT state_id FROM {table} WHERE state_id BETWEEN @first AND @last",
                static row => row.GetInt64(0),
                cancellation,
                range).ConfigureAwait(false));
        }

        ids.ExceptWith(named.Where(n => n.Row.Sum == n.Sum && (n.Row.Function != function || n.Row.Key != key))
            .Select(static n => n.Row.Id));
        return [.. ids];
    }

    // The row in wasm_states first: a commit that is under way elsewhere is waited for, and later ones are fenced.
    private async Task<int> DeleteAsync(IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        if (ids.Count == 0)
        {
            return 0;
        }

        string list = string.Join(", ", ids.Select(static id => id.ToString(CultureInfo.InvariantCulture)));
        return await sql.ExecuteAllAsync(
            cancellation,
            [new($"DELETE FROM wasm_states WHERE id IN ({list})"),
                .. s_tables
                .Select(table =>
                new SqlStatement($"DELETE FROM {table} WHERE state_id IN ({list})"))]).ConfigureAwait(false);
    }

    private static StateSummary ReadSummary(DbDataReader row)
    {
        var (state, _) = StateReading.ReadRow(row);
        long at = row.IsDBNull(14) ? 0 : StateReading.Number(row, 14);
        return new StateSummary(state.Id, state.Function, state.Key, state.ModuleDigest, (int)state.Version,
            state.Sequence, state.BaseSequence, StateReading.Number(row, 12) + StateReading.Number(row, 13),
            DateTimeOffset.FromUnixTimeMilliseconds(at));
    }

    // Away from the caller's thread: SQLite's asynchronous methods block.
    private static async Task<T> GuardedAsync<T>(Func<Task<T>> work, Func<Exception, WasmError> damaged,
        CancellationToken cancellation)
    {
        try
        {
            return await Task.Run(work, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SqliteException { SqliteErrorCode: SqliteCorrupt }
            or InvalidCastException or FormatException or OverflowException or ArgumentException
            or InvalidOperationException { InnerException: null } and not ObjectDisposedException)
        {
            throw damaged(failure); // a column that is not what was written
        }
        catch (Exception failure) when (failure is DbException or TimeoutException)
        {
            throw StateFailures.Unavailable(failure);
        }
    }
}
