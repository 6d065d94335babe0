using Npgsql;
using WasmActors.Functions.State;
using static WasmActors.Host.Persistence.States.PostgresCommands;

namespace WasmActors.Host.Persistence.States;

/// <summary>One group of commits for PostgreSQL: locks the states, judges the commits, and stores those that count with
/// one statement for each table.</summary>
/// <param name="commits">The commits.</param>
/// <param name="chunks">The chunks of each checkpoint, by the place of its commit.</param>
/// <param name="options">How states are kept.</param>
/// <param name="damaged">States that have rows of commits which they do not know of. Their commits are fenced.</param>
internal sealed class PostgresGroup(
    IReadOnlyList<StateCommit> commits,
    IReadOnlyDictionary<int, IReadOnlyList<BaseChunk>> chunks,
    StateStoreOptions options,
    HashSet<long> damaged)
{
    private readonly Dictionary<long, StateRow> _rows = [];
    private readonly List<(StateCommit Commit, StateRow Row, long Before, IReadOnlyList<BaseChunk>? Chunks)> _accepted =
        [];
    private readonly long _now = options.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The outcome of each commit.</summary>
    public CommitOutcome[] Outcomes { get; } = new CommitOutcome[commits.Count];

    /// <summary>Creates the rows of new states, locks those of all, and judges the commits.</summary>
    public async Task JudgeAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await CreateAsync(connection, cancellation).ConfigureAwait(false);
        await LockAsync(connection, cancellation).ConfigureAwait(false);
        var repeated = new List<int>();
        for (int i = 0; i < commits.Count; i++)
        {
            var commit = commits[i];
            Outcomes[i] = CommitOutcome.Fenced;
            if (!_rows.TryGetValue(commit.State, out var row) || !row.IsOf(commit) || damaged.Contains(commit.State))
            {
                continue;
            }

            if (commit.Sequence <= row.Sequence)
            {
                repeated.Add(i);
            }
            else if (commit.Sequence == row.Sequence + 1)
            {
                Outcomes[i] = CommitOutcome.Committed;
                _accepted.Add((commit, row, row.Advance(commit), chunks.GetValueOrDefault(i)));
            }
        }

        if (repeated.Count > 0)
        {
            await JudgeRepeatedAsync(connection, repeated, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Stores what counts.</summary>
    /// <returns>False if a state has rows that it does not know of: the transaction must be rolled back.</returns>
    public async Task<bool> StoreAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (_accepted.Count == 0)
        {
            return true;
        }

        var there = new HashSet<(long, long)>();
        var insert = Command(
            connection,
            """
            INSERT INTO wasm_commits (state_id, seq, nonce, at, body, sum) SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
            ON CONFLICT DO NOTHING RETURNING state_id, seq
            """,
            Numbers(_accepted.Select(static a => a.Commit.State)),
            Numbers(_accepted.Select(static a => a.Commit.Sequence)),
            Numbers(_accepted.Select(static a => a.Commit.Nonce)),
            Numbers(_accepted.Select(_ => _now)),
            Bytes(_accepted.Select(static a => a.Commit.Delta)),
            Numbers(_accepted
                .Select(a =>
                RowSums.OfCommit(a.Commit.State, a.Commit.Sequence, a.Commit.Nonce, _now, a.Commit.Delta))));
        await ReadAsync(insert, r => there.Add((r.GetInt64(0), r.GetInt64(1))), cancellation).ConfigureAwait(false);
        if (there.Count < _accepted.Count)
        {
            damaged.UnionWith(_accepted.Where(a => !there.Contains((a.Commit.State, a.Commit.Sequence)))
                .Select(static a => a.Commit.State));
            return false;
        }

        await StoreAnswersAsync(connection, cancellation).ConfigureAwait(false);
        await StoreBasesAsync(connection, cancellation).ConfigureAwait(false);
        foreach (var row in _accepted
            .Where(static a => a.Row.AnswersFrom > 0
            && (a.Chunks is not null || a.Commit.Sequence % StateStoreOptions.ForgetEvery == 0))
            .Select(static a => a.Row).Distinct())
        {
            await ForgetAnswersAsync(connection, row, cancellation).ConfigureAwait(false);
        }

        await UpdateAsync(connection, [.. _accepted.Select(static a => a.Row).Distinct()],
            cancellation).ConfigureAwait(false);
        return true;
    }

    // In the order of ids, here and below: two nodes never wait for each other.
    private async Task CreateAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var created = commits.Where(c => c.Sequence == 1 && !damaged.Contains(c.State))
            .OrderBy(static c => c.State).ToList();
        if (created.Count == 0)
        {
            return;
        }

        var insert = Command(
            connection,
            """
            INSERT INTO wasm_states (id, function, key, module_digest, version, seq,
              base_seq, base_bytes, base_sum, answer_seq, answers_from, sum)
            SELECT u.id, u.function, u.key, '', 0, 0, 0, 0, 0, 0, 0, u.sum
            FROM unnest($1, $2, $3, $4, $5) AS u (id, function, key, version, sum)
            WHERE NOT EXISTS
              (SELECT 1 FROM wasm_functions d WHERE d.function = u.function AND d.through_version >= u.version)
            ORDER BY u.id ON CONFLICT DO NOTHING RETURNING id
            """,
            Numbers(created.Select(static c => c.State)),
            Texts(created.Select(static c => c.Function)),
            Texts(created.Select(static c => c.Key)),
            Numbers(created.Select(static c => (long)c.Version)),
            Numbers(created.Select(static c => new StateRow(c.State, c.Function, c.Key).Sum)));
        await ReadAsync(insert, static _ => true, cancellation).ConfigureAwait(false);
    }

    private async Task LockAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var find =
            Command(connection,
            $"SELECT {StateTables.StateColumns} FROM wasm_states WHERE id = ANY ($1) ORDER BY id FOR UPDATE",
            Numbers(commits.Select(static c => c.State).Distinct()));
        await ReadAsync(
            find,
            r =>
            {
                var (row, sum) = StateReading.ReadRow(r);

                // A damaged row is left as it is: its key's next activation reports it.
                return row.Sum == sum && _rows.TryAdd(row.Id, row);
            },
            cancellation).ConfigureAwait(false);
    }

    // They were sent again, or other owners were faster.
    private async Task JudgeRepeatedAsync(NpgsqlConnection connection, List<int> repeated,
        CancellationToken cancellation)
    {
        var nonces = new Dictionary<(long, long), long>();
        var find = Command(
            connection,
            """
            SELECT c.state_id, c.seq, c.nonce FROM wasm_commits c
            JOIN unnest($1, $2) AS u (id, seq) ON c.state_id = u.id AND c.seq = u.seq
            """,
            Numbers(repeated.Select(i => commits[i].State)),
            Numbers(repeated.Select(i => commits[i].Sequence)));
        await ReadAsync(find, r =>
            nonces.TryAdd((r.GetInt64(0), r.GetInt64(1)), r.GetInt64(2)), cancellation).ConfigureAwait(false);
        foreach (int i in repeated)
        {
            Outcomes[i] = !nonces.TryGetValue((commits[i].State, commits[i].Sequence), out long nonce)
                ? CommitOutcome.Unknown
                : nonce == commits[i].Nonce ? CommitOutcome.Committed
                : CommitOutcome.Fenced;
        }
    }

    private async Task StoreAnswersAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var answers = _accepted.Where(static a => a.Commit.Answer is not null)
            .Select(static a =>
            (a.Row.Id, a.Before, Answer: a.Commit.Answer! with { Sequence = a.Commit.Sequence })).ToList();
        if (answers.Count == 0)
        {
            return;
        }

        var insert = Command(
            connection,
            """
            INSERT INTO wasm_answers (state_id, seq, before, call_key, hash, at, answer, sum)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (state_id, seq) DO UPDATE SET before = excluded.before, call_key = excluded.call_key,
              hash = excluded.hash, at = excluded.at, answer = excluded.answer, sum = excluded.sum
            """,
            Numbers(answers.Select(static a => a.Id)),
            Numbers(answers.Select(static a => a.Answer.Sequence)),
            Numbers(answers.Select(static a => a.Before)),
            Texts(answers.Select(static a => a.Answer.Key)),
            Bytes(answers.Select(static a => a.Answer.RequestHash)),
            Numbers(answers.Select(static a => a.Answer.At.ToUnixTimeMilliseconds())),
            Bytes(answers.Select(static a => a.Answer.Answer)),
            Numbers(answers.Select(static a => RowSums.OfAnswer(a.Id, a.Before, a.Answer))));
        await ExecuteAsync(insert, cancellation).ConfigureAwait(false);
    }

    private async Task ForgetAnswersAsync(NpgsqlConnection connection, StateRow row, CancellationToken cancellation)
    {
        long since = _now - (long)options.AnswerAge.TotalMilliseconds;
        long from = 0;
        var first = Command(
            connection,
            """
            SELECT COALESCE(MIN(seq), 0) FROM
              (SELECT seq FROM wasm_answers WHERE state_id = $1 AND at >= $2 ORDER BY seq DESC LIMIT $3) newest
            """,
            Number(row.Id),
            Number(since),
            Number(options.Answers));
        await ReadAsync(first, r => (from = r.GetInt64(0)) > 0, cancellation).ConfigureAwait(false);
        row.AnswersFrom = from == 0 ? row.AnswerSequence : from;
        await ExecuteAsync(Command(connection, "DELETE FROM wasm_answers WHERE state_id = $1 AND seq < $2",
            Number(row.Id), Number(row.AnswersFrom)), cancellation).ConfigureAwait(false);
    }

    private async Task StoreBasesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // Of several checkpoints of a state in one group, the last one counts.
        foreach (var (commit, row, _, parts) in _accepted
            .Where(static a => a.Chunks is not null && a.Row.BaseSequence == a.Commit.Sequence))
        {
            await ExecuteAsync(
                Command(connection, "DELETE FROM wasm_commits WHERE state_id = $1 AND seq <= $2", Number(row.Id),
                    Number(commit.Sequence - StateStoreOptions.KeptCommits)),
                cancellation).ConfigureAwait(false);
            await ExecuteAsync(Command(connection, "DELETE FROM wasm_chunks WHERE state_id = $1", Number(row.Id)),
                cancellation).ConfigureAwait(false);
            var insert = Command(
                connection,
                "INSERT INTO wasm_chunks (state_id, chunk, packed, body, sum) SELECT * FROM unnest($1, $2, $3, $4, $5)",
                Numbers(parts!.Select(_ => row.Id)),
                Integers(parts!.Select(static p => p.Number)),
                Integers(parts!.Select(static p => p.IsPacked ? 1 : 0)),
                Bytes(parts!.Select(static p => p.Body)),
                Numbers(parts!.Select(static p => p.Sum)));
            await ExecuteAsync(insert, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task UpdateAsync(NpgsqlConnection connection, List<StateRow> rows,
        CancellationToken cancellation)
    {
        var update = Command(
            connection,
            """
            UPDATE wasm_states s SET module_digest = u.digest, version = u.version, seq = u.seq,
              base_seq = u.base_seq, base_bytes = u.base_bytes, base_sum = u.base_sum,
              answer_seq = u.answer_seq, answers_from = u.answers_from, sum = u.sum
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
              AS u (id, digest, version, seq, base_seq, base_bytes, base_sum, answer_seq, answers_from, sum)
            WHERE s.id = u.id
            """,
            Numbers(rows.Select(static r => r.Id)),
            Texts(rows.Select(static r => r.ModuleDigest)),
            Integers(rows.Select(static r => (int)r.Version)),
            Numbers(rows.Select(static r => r.Sequence)),
            Numbers(rows.Select(static r => r.BaseSequence)),
            Numbers(rows.Select(static r => r.BaseBytes)),
            Numbers(rows.Select(static r => r.BaseSum)),
            Numbers(rows.Select(static r => r.AnswerSequence)),
            Numbers(rows.Select(static r => r.AnswersFrom)),
            Numbers(rows.Select(static r => r.Sum)));
        await ExecuteAsync(update, cancellation).ConfigureAwait(false);
    }
}
