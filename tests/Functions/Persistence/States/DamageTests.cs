using System.Globalization;
using WasmActors.Functions.State;
using WasmActors.Host.Persistence.States;
using WasmActors.Runtime.Failures;
using static WasmActors.Functions.Tests.Persistence.States.StateStoreContract;

namespace WasmActors.Functions.Tests.Persistence.States;

/// <summary>Rows that were cut, changed or deleted by somebody else.</summary>
public sealed class DamageTests : IAsyncLifetime
{
    private const int Keys = 12;
    private const int Rounds = 1_000;

    // The rows that a state needs. Those of commits before a checkpoint only tell what became of old commits.
    private static readonly (string Table, string Owner, string Where)[] s_tables =
    [
        ("wasm_states", "id", "1 = 1"),
        ("wasm_commits", "state_id", "seq > (SELECT base_seq FROM wasm_states WHERE id = state_id)"),
        ("wasm_chunks", "state_id", "1 = 1"),
        ("wasm_answers", "state_id", "1 = 1"),
    ];

    private readonly StateFile _file = new();
    private readonly Random _random = new(20261201);
    private SqlStateStore _store = null!;
    private long[] _ids = [];

    public async Task InitializeAsync()
    {
        _store = await _file.OpenAsync();
        _ids = [.. Enumerable.Range(0, Keys).Select(static k => StateId.New("f", Name(k)))];
        for (int k = 0; k < Keys; k++)
        {
            byte[] whole = new byte[40_000];
            _random.NextBytes(whole.AsSpan(0, 30_000));
            for (int i = 1; i <= 8; i++)
            {
                var commit = Commit(_ids[k], i, Name(k), whole: i == 4 ? whole : null, answer: i % 2 == 0 ? $"call {i}" : null);
                await _store.CommitAsync([commit with { Answer = commit.Answer is { } a ? a with { At = DateTimeOffset.UtcNow } : null }]);
            }
        }
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _file.Dispose();
    }

    [Fact]
    public async Task A_damaged_row_makes_its_key_corrupt_and_no_other_and_nothing_is_overwritten()
    {
        var kinds = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int round = 0; round < Rounds; round++)
        {
            var (table, owner, where) = s_tables[_random.Next(s_tables.Length)];
            var rows = await _file.QueryAsync($"SELECT rowid, {owner} FROM {table} WHERE {where}");
            object[] row = rows[_random.Next(rows.Count)];
            int key = Array.IndexOf(_ids, (long)row[1]);
            var whole = (await _file.QueryAsync($"SELECT * FROM {table} WHERE rowid = {row[0]}"))[0];
            var (kind, now) = await DamageAsync(table, (long)row[0], whole);
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
            var damaged = round % 4 == 0 ? await DumpAsync() : null;

            var failure = await Record.ExceptionAsync(() => _store.FindAsync("f", Name(key)));
            Assert.True(failure is WasmError { Code: ErrorCode.StateCorrupt }, $"{kind}: {failure}");
            Assert.NotNull(await _store.FindAsync("f", Name((key + 1) % Keys)));
            Assert.Equal([CommitOutcome.Fenced], await _store.CommitAsync([Commit(_ids[key] ^ 1, 9, Name(key))]));
            if (damaged is not null)
            {
                Assert.Equal(damaged, await DumpAsync());
            }

            await RestoreAsync(table, (long)row[0], now, whole);
            if (round % 50 == 0)
            {
                Assert.NotNull(await _store.FindAsync("f", Name(key)));
            }
        }

        Assert.True(kinds.Count > 40, $"Too few kinds of damage: {string.Join(", ", kinds.Keys)}");
    }

    [Fact]
    public async Task A_state_whose_row_is_damaged_accepts_no_commits_and_can_be_deleted()
    {
        await _file.ExecuteAsync("UPDATE wasm_states SET seq = 7 WHERE id = @id", ("@id", _ids[0])); // would accept 8 again
        await _file.ExecuteAsync("DELETE FROM wasm_states WHERE id = @id", ("@id", _ids[1]));
        await _file.ExecuteAsync("UPDATE wasm_states SET key = 'elsewhere' WHERE id = @id", ("@id", _ids[2]));

        for (int k = 0; k < 3; k++)
        {
            Assert.Equal([CommitOutcome.Fenced, CommitOutcome.Fenced], await _store.CommitAsync([Commit(_ids[k], 8, Name(k)), Commit(_ids[k], 9, Name(k))]));
            await Expect.FailureAsync(ErrorCode.StateCorrupt, _store.FindAsync("f", Name(k)));
            Assert.True(await _store.DeleteAsync("f", Name(k)));
            Assert.Null(await _store.FindAsync("f", Name(k)));
        }

        Assert.Equal([CommitOutcome.Committed], await _store.CommitAsync([Commit(_ids[3], 9, Name(3))]));
    }

    [Fact]
    public async Task A_row_of_a_commit_that_its_state_does_not_know_of_fences_the_owner()
    {
        await _file.ExecuteAsync("INSERT INTO wasm_commits (state_id, seq, nonce, at, body, sum) VALUES (@id, 9, 1, 1, x'00', 1)", ("@id", _ids[0]));

        Assert.Equal([CommitOutcome.Fenced, CommitOutcome.Committed], await _store.CommitAsync([Commit(_ids[0], 9, Name(0)), Commit(_ids[1], 9, Name(1))]));
        await Expect.FailureAsync(ErrorCode.StateCorrupt, _store.FindAsync("f", Name(0)));
    }

    [Fact]
    public async Task A_damaged_note_of_a_deleted_function_does_not_delete_states()
    {
        await _store.DeleteFunctionAsync("f", 1);
        await _file.ExecuteAsync("UPDATE wasm_functions SET through_version = 65537");

        await Expect.FailureAsync(ErrorCode.StateCorrupt, _store.FindAsync("f", Name(0)));
        await _file.ExecuteAsync("UPDATE wasm_functions SET through_version = 1");
        Assert.NotNull(await _store.FindAsync("f", Name(0)));
    }

    private static string Name(int key) => string.Create(CultureInfo.InvariantCulture, $"key {key}");

    private async Task<List<string>> DumpAsync()
    {
        var rows = new List<string>();
        foreach (string table in (string[])["wasm_states", "wasm_commits", "wasm_chunks", "wasm_answers", "wasm_functions"])
        {
            rows.AddRange((await _file.QueryAsync($"SELECT rowid, * FROM {table} ORDER BY rowid")).Select(r => $"{table} {string.Join(" ", r.Select(Text))}"));
        }

        return rows;
    }

    private static string Text(object value) => value is byte[] bytes ? Convert.ToHexString(bytes) : $"{value}";

    // Deletes a row, or cuts or changes one of its columns.
    private async Task<(string Kind, long Row)> DamageAsync(string table, long row, object[] whole)
    {
        while (true)
        {
            if (_random.Next(10) == 0)
            {
                await _file.ExecuteAsync($"DELETE FROM {table} WHERE rowid = {row}");
                return ($"{table} deleted", row);
            }

            var columns = await _file.QueryAsync($"SELECT name FROM pragma_table_info('{table}')");
            int column = _random.Next(columns.Count);
            string name = (string)columns[column][0];
            if (name == "n")
            {
                continue; // says nothing
            }

            bool cuts = _random.Next(2) == 0 && whole[column] is not long;
            object value = whole[column] switch
            {
                long number => number ^ (1L << _random.Next(63)),
                string { Length: > 0 } text => cuts ? text[..^1] : Flip(text),
                byte[] { Length: > 0 } bytes => cuts ? bytes[.._random.Next(bytes.Length)] : Flip(bytes),
                _ => whole[column],
            };
            if (Equals(value, whole[column]))
            {
                continue;
            }

            try
            {
                await _file.ExecuteAsync($"UPDATE {table} SET {name} = @value WHERE rowid = {row}", ("@value", value));
                return ($"{table}.{name} {(cuts ? "cut" : "flipped")}", table == "wasm_states" && name == "id" ? (long)value : row);
            }
            catch (Microsoft.Data.Sqlite.SqliteException unique) when (unique.SqliteErrorCode == 19)
            {
                // Another row has this value.
            }
        }
    }

    private string Flip(string text)
    {
        char[] characters = text.ToCharArray();
        characters[_random.Next(characters.Length)] ^= (char)1;
        return new string(characters);
    }

    private byte[] Flip(byte[] bytes)
    {
        byte[] flipped = [.. bytes];
        flipped[_random.Next(flipped.Length)] ^= (byte)(1 << _random.Next(8));
        return flipped;
    }

    private async Task RestoreAsync(string table, long row, long now, object[] whole)
    {
        string[] columns = [.. (await _file.QueryAsync($"SELECT name FROM pragma_table_info('{table}')")).Select(static c => (string)c[0])];
        await _file.ExecuteAsync($"DELETE FROM {table} WHERE rowid = {now}");
        string rowid = columns.Contains("n") || table == "wasm_states" ? "" : "rowid, ";
        await _file.ExecuteAsync(
            $"INSERT INTO {table} ({rowid}{string.Join(", ", columns)}) VALUES ({(rowid.Length > 0 ? $"{row}, " : "")}{string.Join(", ", columns.Select(static c => $"@{c}"))})",
            [.. columns.Select((c, i) => ($"@{c}", whole[i]))]);
    }
}
