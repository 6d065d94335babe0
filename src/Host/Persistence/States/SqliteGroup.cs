using Microsoft.Data.Sqlite;
using SQLitePCL;
using WasmActors.Functions.State;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Persistence.States;

/// <summary>Writes groups of commits into SQLite, each in one transaction. Used by the thread that owns the
/// connection.</summary>
internal sealed class SqliteGroup(SqliteSession session, StateStoreOptions options)
{
    private readonly Dictionary<long, StateRow?> _rows = [];
    private readonly HashSet<StateRow> _changed = [];

    /// <summary>Judges commits and stores those that count.</summary>
    /// <param name="commits">The commits; those of one state in the order of their sequences.</param>
    /// <param name="chunks">The chunks of each checkpoint, by the place of its commit.</param>
    /// <exception cref="WasmError"><c>state.unavailable</c>: nothing was stored.</exception>
    /// <exception cref="SqliteException">It is unknown whether something was stored.</exception>
    public IReadOnlyList<CommitOutcome> Write(IReadOnlyList<StateCommit> commits, IReadOnlyDictionary<int,
        IReadOnlyList<BaseChunk>> chunks)
    {
        var outcomes = new CommitOutcome[commits.Count];
        try
        {
            if (!session.IsInPlace)
            {
                throw new FileNotFoundException("The file of states is no longer where it was opened.");
            }

            session.Execute("BEGIN IMMEDIATE");
            long now = options.Time.GetUtcNow().ToUnixTimeMilliseconds();
            for (int i = 0; i < commits.Count; i++)
            {
                outcomes[i] = Write(commits[i], chunks.GetValueOrDefault(i), now);
            }

            foreach (var row in _changed)
            {
                Update(row);
            }
        }
        catch (Exception failure) when (failure is not WasmError)
        {
            throw StateFailures.Unavailable(failure); // the connection is closed, and the transaction with it
        }

        Commit();
        return outcomes;
    }

    // A full disk keeps the mark of the commit out of the log. Of another failure here, such as one of the flush,
    // nobody knows what the disk has.
    private void Commit()
    {
        try
        {
            session.Execute("COMMIT");
        }
        catch (SqliteException full) when (full.SqliteErrorCode is raw.SQLITE_FULL or raw.SQLITE_BUSY)
        {
            throw StateFailures.Unavailable(full);
        }
    }

    private CommitOutcome Write(StateCommit commit, IReadOnlyList<BaseChunk>? chunks, long now)
    {
        if (!_rows.TryGetValue(commit.State, out var row))
        {
            _rows[commit.State] = row = Find(commit.State);
        }

        bool creates = row is null;
        if (row is null)
        {
            if (commit.Sequence != 1 || IsDeleted(commit)
                || !TryCreate(row = new StateRow(commit.State, commit.Function, commit.Key)))
            {
                return CommitOutcome.Fenced;
            }
        }
        else if (row.IsOf(commit) && commit.Sequence <= row.Sequence)
        {
            return Written(commit);
        }

        if (!row.IsOf(commit) || commit.Sequence != row.Sequence + 1 || !TryAppend(commit, now))
        {
            // The row of a commit that the state does not know of is damage: the key's next activation reports it.
            if (creates)
            {
                session.Prepare("DELETE FROM wasm_states WHERE id = ?").Bind(row.Id).Execute();
            }

            return CommitOutcome.Fenced;
        }

        _rows[commit.State] = row;
        _changed.Add(row);
        long before = row.Advance(commit);
        if (commit.Answer is { } answer)
        {
            Append(row, before, answer);
        }

        if (chunks is not null)
        {
            Replace(row, chunks);
        }

        if (row.AnswersFrom > 0 && (chunks is not null || commit.Sequence % StateStoreOptions.ForgetEvery == 0))
        {
            ForgetAnswers(row, now);
        }

        return CommitOutcome.Committed;
    }

    // A damaged row is left as it is: its key's next activation reports it.
    private StateRow? Find(long id)
    {
        var find = session.Prepare($"SELECT {StateTables.StateColumns} FROM wasm_states WHERE id = ?").Bind(id);
        if (!find.Step())
        {
            return null;
        }

        var row = new StateRow(find.Number(0), find.Text(1), find.Text(2))
        {
            ModuleDigest = find.Text(3),
            Version = find.Number(4),
            Sequence = find.Number(5),
            BaseSequence = find.Number(6),
            BaseBytes = find.Number(7),
            BaseSum = find.Number(8),
            AnswerSequence = find.Number(9),
            AnswersFrom = find.Number(10),
        };
        bool isWhole = row.Sum == find.Number(11);
        find.Reset();
        return isWhole ? row : new StateRow(id, "", ""); // of no commit
    }

    private bool IsDeleted(StateCommit commit)
    {
        var find = session.Prepare("SELECT 1 FROM wasm_functions WHERE function = ? AND through_version >= ?")
            .Bind(commit.Function).Bind(commit.Version);
        bool isDeleted = find.Step();
        if (isDeleted)
        {
            find.Reset();
        }

        return isDeleted;
    }

    private bool TryCreate(StateRow row) => session
        .Prepare($"""
            INSERT INTO wasm_states ({StateTables.StateColumns}) VALUES (?, ?, ?, '', 0, 0, 0, 0, 0, 0, 0, 0)
            ON CONFLICT DO NOTHING
            """)
        .Bind(row.Id).Bind(row.Function).Bind(row.Key).Execute() == 1;

    private bool TryAppend(StateCommit commit, long now) => session
        .Prepare("""
            INSERT INTO wasm_commits (state_id, seq, nonce, at, body, sum) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """)
        .Bind(commit.State).Bind(commit.Sequence).Bind(commit.Nonce).Bind(now).Bind(commit.Delta)
        .Bind(RowSums.OfCommit(commit.State, commit.Sequence, commit.Nonce, now, commit.Delta)).Execute() == 1;

    // The commit was sent again, or another owner was faster.
    private CommitOutcome Written(StateCommit commit)
    {
        var find = session.Prepare("SELECT nonce FROM wasm_commits WHERE state_id = ? AND seq = ?").Bind(commit.State)
            .Bind(commit.Sequence);
        if (!find.Step())
        {
            return CommitOutcome.Unknown;
        }

        long nonce = find.Number(0);
        find.Reset();
        return nonce == commit.Nonce ? CommitOutcome.Committed : CommitOutcome.Fenced;
    }

    private void Append(StateRow row, long before, StoredAnswer answer) => session
        .Prepare("""
            INSERT INTO wasm_answers (state_id, seq, before, call_key, hash, at, answer, sum)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (state_id, seq) DO UPDATE SET before = excluded.before, call_key = excluded.call_key,
              hash = excluded.hash, at = excluded.at, answer = excluded.answer, sum = excluded.sum
            """)
        .Bind(row.Id).Bind(row.Sequence).Bind(before).Bind(answer.Key).Bind(answer.RequestHash)
            .Bind(answer.At.ToUnixTimeMilliseconds()).Bind(answer.Answer)
        .Bind(RowSums.OfAnswer(row.Id, before, answer with { Sequence = row.Sequence })).Execute();

    private void Replace(StateRow row, IReadOnlyList<BaseChunk> chunks)
    {
        session.Prepare("DELETE FROM wasm_commits WHERE state_id = ? AND seq <= ?").Bind(row.Id)
            .Bind(row.Sequence - StateStoreOptions.KeptCommits).Execute();
        session.Prepare("DELETE FROM wasm_chunks WHERE state_id = ?").Bind(row.Id).Execute();
        foreach (var chunk in chunks)
        {
            session.Prepare("INSERT INTO wasm_chunks (state_id, chunk, packed, body, sum) VALUES (?, ?, ?, ?, ?)")
                .Bind(row.Id).Bind(chunk.Number).Bind(chunk.IsPacked ? 1 : 0).Bind(chunk.Body).Bind(chunk.Sum)
                    .Execute();
        }
    }

    private void ForgetAnswers(StateRow row, long now)
    {
        long since = now - (long)options.AnswerAge.TotalMilliseconds;
        var first = session
            .Prepare("""
                SELECT MIN(seq) FROM
                  (SELECT seq FROM wasm_answers WHERE state_id = ? AND at >= ? ORDER BY seq DESC LIMIT ?)
                """)
            .Bind(row.Id).Bind(since).Bind(options.Answers);
        long from = first.Step() ? first.Number(0) : 0;
        first.Reset();
        row.AnswersFrom = from == 0 ? row.AnswerSequence : from;
        session.Prepare("DELETE FROM wasm_answers WHERE state_id = ? AND seq < ?").Bind(row.Id).Bind(row.AnswersFrom)
            .Execute();
    }

    private void Update(StateRow row) => session
        .Prepare("""
            UPDATE wasm_states SET module_digest = ?, version = ?, seq = ?, base_seq = ?, base_bytes = ?,
              base_sum = ?, answer_seq = ?, answers_from = ?, sum = ? WHERE id = ?
            """)
        .Bind(row.ModuleDigest).Bind(row.Version).Bind(row.Sequence).Bind(row.BaseSequence).Bind(row.BaseBytes)
            .Bind(row.BaseSum)
        .Bind(row.AnswerSequence).Bind(row.AnswersFrom).Bind(row.Sum).Bind(row.Id).Execute();
}
