using System.Data.Common;
using System.Globalization;
using WasmActors.Functions.State;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Persistence.States;

/// <summary>Reads the state of one key within a transaction, and checks every row of it.</summary>
internal sealed class StateReading(SqlSnapshot rows, StateStoreOptions options, string function, string key)
{
    /// <summary>Whether the state belongs to a deletion of its function that was not finished.</summary>
    public bool IsDeleted { get; private set; }

    /// <summary>Reads it.</summary>
    /// <returns>Null if the key has no state.</returns>
    /// <exception cref="WasmError"><c>state.corrupt</c></exception>
    /// <exception cref="DbException">The database fails.</exception>
    public async Task<StoredState?> ReadAsync(CancellationToken cancellation)
    {
        var found = await rows.QueryAsync(
            $"SELECT {StateTables.StateColumns} FROM wasm_states WHERE function = @function AND key = @key",
            ReadRow,
            cancellation,
            ("@function", function),
            ("@key", key)).ConfigureAwait(false);
        if (found.Count == 0)
        {
            await RequireNothingAsync(cancellation).ConfigureAwait(false);
            return null;
        }

        var (row, sum) = found[0];
        Require(row.Sum == sum, "its row in wasm_states does not have its checksum");
        if (await IsDeletedAsync(row.Version, cancellation).ConfigureAwait(false))
        {
            IsDeleted = true;
            return null;
        }

        byte[]? whole = row.BaseSequence == 0 ? null : await BaseAsync(row, cancellation).ConfigureAwait(false);
        var deltas = await DeltasAsync(row, cancellation).ConfigureAwait(false);
        var answers = await AnswersAsync(row, cancellation).ConfigureAwait(false);
        return new StoredState(row.Id, row.ModuleDigest, checked((int)row.Version), row.Sequence, whole, deltas,
            answers);
    }

    internal static (StateRow Row, long Sum) ReadRow(DbDataReader row) => (
        new StateRow(Number(row, 0), row.GetString(1), row.GetString(2))
        {
            ModuleDigest = row.GetString(3),
            Version = Number(row, 4),
            Sequence = Number(row, 5),
            BaseSequence = Number(row, 6),
            BaseBytes = Number(row, 7),
            BaseSum = Number(row, 8),
            AnswerSequence = Number(row, 9),
            AnswersFrom = Number(row, 10),
        },
        Number(row, 11));

    internal static long Number(DbDataReader row, int column) =>
        Convert.ToInt64(row.GetValue(column), CultureInfo.InvariantCulture);

    private static bool IsPacked(DbDataReader row, int column) => Number(row, column) switch
    {
        0 => false,
        1 => true,
        _ => throw new FormatException("A chunk is neither compressed nor not."),
    };

    // Without a row in wasm_states, the key must not have any others: that row was lost, and the key would begin anew.
    private async Task RequireNothingAsync(CancellationToken cancellation)
    {
        (string, object?)[] range = [("@first", StateId.First(function, key)), ("@last", StateId.Last(function, key))];
        var named =
            await rows.QueryAsync(
                $"SELECT {StateTables.StateColumns} FROM wasm_states WHERE id BETWEEN @first AND @last",
                ReadRow,
                cancellation,
                range).ConfigureAwait(false);
        Require(named.All(static n => n.Row.Sum == n.Sum), "its row in wasm_states does not have its checksum");
        foreach (string table in (string[])["wasm_commits", "wasm_chunks"])
        {
            var lost = await rows.QueryAsync(
                $"""
                SELECT state_id FROM {table} WHERE state_id BETWEEN @first AND @last
                AND state_id NOT IN (SELECT id FROM wasm_states WHERE id BETWEEN @first AND @last) LIMIT 1
                """,
                static _ => true,
                cancellation,
                range).ConfigureAwait(false);
            Require(lost.Count == 0, $"{table} has rows of it, and wasm_states has none");
        }
    }

    private async Task<bool> IsDeletedAsync(long version, CancellationToken cancellation)
    {
        var deleted = await rows.QueryAsync(
            "SELECT through_version, sum FROM wasm_functions WHERE function = @function",
            static r => (Through: Number(r, 0), Sum: Number(r, 1)),
            cancellation,
            ("@function", function)).ConfigureAwait(false);
        Require(deleted.All(d => RowSums.OfFunction(function, d.Through) == d.Sum),
            "the row of its function in wasm_functions does not have its checksum");
        return deleted.Any(d => d.Through >= version);
    }

    private async Task<byte[]> BaseAsync(StateRow row, CancellationToken cancellation)
    {
        var chunks = await rows.QueryAsync(
            "SELECT chunk, packed, body, sum FROM wasm_chunks WHERE state_id = @id",
            static r =>
                new BaseChunk(checked((int)Number(r, 0)), IsPacked(r, 1), r.GetFieldValue<byte[]>(2), Number(r, 3)),
            cancellation,
            ("@id", row.Id)).ConfigureAwait(false);
        byte[]? whole = BaseChunks.Join(row, chunks);
        Require(whole is not null, "rows of its checkpoint in wasm_chunks are missing or do not have their checksums");
        return whole!;
    }

    private async Task<IReadOnlyList<byte[]>> DeltasAsync(StateRow row, CancellationToken cancellation)
    {
        var commits = await rows.QueryAsync(
            "SELECT seq, nonce, at, body, sum FROM wasm_commits WHERE state_id = @id AND seq > @base ORDER BY seq",
            static r =>
                (Sequence: Number(r, 0), Nonce: Number(r, 1), At: Number(r, 2), Body: r.GetFieldValue<byte[]>(3),
                Sum: Number(r, 4)),
            cancellation,
            ("@id", row.Id),
            ("@base", row.BaseSequence)).ConfigureAwait(false);
        for (int i = 0; i < commits.Count; i++)
        {
            var commit = commits[i];
            Require(commit.Sequence == row.BaseSequence + i + 1,
                $"its commit {row.BaseSequence + i + 1} is missing in wasm_commits");
            Require(
                RowSums.OfCommit(row.Id, commit.Sequence, commit.Nonce, commit.At, commit.Body) == commit.Sum,
                $"its commit {commit.Sequence} in wasm_commits does not have its checksum");
        }

        Require(row.BaseSequence + commits.Count == row.Sequence,
            $"wasm_commits ends with {row.BaseSequence + commits.Count}, and its newest commit is {row.Sequence}");
        return [.. commits.Select(static c => c.Body)];
    }

    private async Task<IReadOnlyList<StoredAnswer>> AnswersAsync(StateRow row, CancellationToken cancellation)
    {
        if (row.AnswerSequence == 0)
        {
            return [];
        }

        var found = await rows.QueryAsync(
            """
            SELECT seq, before, call_key, hash, at, answer, sum FROM wasm_answers
            WHERE state_id = @id AND seq >= @from ORDER BY seq DESC
            """,
            static r => (
                Answer: new StoredAnswer(r.GetString(2), r.GetFieldValue<byte[]>(3), Number(r, 0),
                    DateTimeOffset.FromUnixTimeMilliseconds(Number(r, 4)), r.GetFieldValue<byte[]>(5)),
                Before: Number(r, 1),
                Sum: Number(r, 6)),
            cancellation,
            ("@id", row.Id),
            ("@from", row.AnswersFrom)).ConfigureAwait(false);
        long next = row.AnswerSequence;
        foreach (var (answer, before, sum) in found)
        {
            Require(answer.Sequence == next, $"its answer {next} is missing in wasm_answers");
            Require(RowSums.OfAnswer(row.Id, before, answer) == sum,
                $"its answer {next} in wasm_answers does not have its checksum");
            next = before;
        }

        Require(found.Count > 0
            && found[^1].Answer.Sequence == row.AnswersFrom, "its oldest answers are missing in wasm_answers");
        var since = options.Time.GetUtcNow() - options.AnswerAge;
        return [.. found.Take(options.Answers).Select(static f => f.Answer).Where(a => a.At >= since).Reverse()];
    }

    private void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw StateFailures.Corrupt(function, key, problem);
        }
    }
}
