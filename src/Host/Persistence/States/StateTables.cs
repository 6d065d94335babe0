namespace WasmActors.Host.Persistence.States;

/// <summary>The tables of states. <c>docs/state-format.md</c> has every column.</summary>
internal static class StateTables
{
    /// <summary>The columns of <c>wasm_states</c>, in the order in which they are read and written.</summary>
    public const string StateColumns =
        "id, function, key, module_digest, version, seq, base_seq, base_bytes, base_sum, answer_seq, answers_from, sum";

    /// <summary>The statements that make the tables that are missing.</summary>
    public static IReadOnlyList<string> Statements(DatabaseKind kind)
    {
        bool isSqlite = kind == DatabaseKind.Sqlite;
        string bytes = isSqlite ? "BLOB" : "BYTEA";
        string row = isSqlite ? "n INTEGER PRIMARY KEY, " : "";
        string ordered = isSqlite ? "TEXT" : "TEXT COLLATE \"C\""; // both order by the bytes of UTF-8
        return
        [
            $"""
            CREATE TABLE IF NOT EXISTS wasm_states (
              id {(isSqlite ? "INTEGER" : "BIGINT")} PRIMARY KEY,
              function {ordered} NOT NULL, key {ordered} NOT NULL,
              module_digest TEXT NOT NULL, version INTEGER NOT NULL, seq BIGINT NOT NULL,
              base_seq BIGINT NOT NULL, base_bytes BIGINT NOT NULL, base_sum BIGINT NOT NULL,
              answer_seq BIGINT NOT NULL, answers_from BIGINT NOT NULL, sum BIGINT NOT NULL,
              UNIQUE (function, key))
            """,
            "CREATE INDEX IF NOT EXISTS wasm_states_module ON wasm_states (module_digest)",
            $"""
            CREATE TABLE IF NOT EXISTS wasm_commits (
              {row}state_id BIGINT NOT NULL, seq BIGINT NOT NULL, nonce BIGINT NOT NULL, at BIGINT NOT NULL,
              body {bytes} NOT NULL, sum BIGINT NOT NULL, UNIQUE (state_id, seq))
            """,
            $"""
            CREATE TABLE IF NOT EXISTS wasm_chunks (
              state_id BIGINT NOT NULL, chunk INTEGER NOT NULL, packed INTEGER NOT NULL,
              body {bytes} NOT NULL, sum BIGINT NOT NULL, PRIMARY KEY (state_id, chunk))
            """,
            $"""
            CREATE TABLE IF NOT EXISTS wasm_answers (
              state_id BIGINT NOT NULL, seq BIGINT NOT NULL, before BIGINT NOT NULL, call_key TEXT NOT NULL,
              hash {bytes} NOT NULL, at BIGINT NOT NULL, answer {bytes} NOT NULL, sum BIGINT NOT NULL,
              PRIMARY KEY (state_id, seq))
            """,
            "CREATE TABLE IF NOT EXISTS wasm_state_file (one INTEGER PRIMARY KEY, id BIGINT NOT NULL)",
            """
            CREATE TABLE IF NOT EXISTS wasm_functions (
              function TEXT PRIMARY KEY, through_version BIGINT NOT NULL, sum BIGINT NOT NULL)
            """,
        ];
    }
}
