using WasmActors.Actors.Functions.Modules;

namespace WasmActors.Host.Persistence;

/// <summary>Modules by their digest in a table. What is there already is written again: that mends what was damaged.</summary>
internal sealed class SqlModuleStore(Sql sql) : IModuleStore
{
    public Task PutAsync(string digest, ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default) => sql.ExecuteAsync(
        "INSERT INTO wasm_modules (digest, bytes) VALUES (@digest, @bytes) ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes",
        cancellation,
        ("@digest", digest),
        ("@bytes", bytes.ToArray()));

    public async Task<ReadOnlyMemory<byte>?> FindAsync(string digest, CancellationToken cancellation = default)
    {
        var found = await sql.QueryAsync(
            "SELECT bytes FROM wasm_modules WHERE digest = @digest",
            static row => row.GetFieldValue<byte[]>(0),
            cancellation,
            ("@digest", digest)).ConfigureAwait(false);
        return found.Count > 0 ? found[0] : (ReadOnlyMemory<byte>?)null;
    }
}
