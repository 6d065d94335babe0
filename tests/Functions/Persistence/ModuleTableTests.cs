using Microsoft.Data.Sqlite;
using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;
using WasmActors.Host.Persistence;
using WasmActors.Processes;

namespace WasmActors.Functions.Tests.Persistence;

public sealed class ModuleTableTests : IDisposable
{
    private readonly TestDatabase _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_table_of_an_older_version_gets_the_column_that_it_lacks_and_keeps_its_modules()
    {
        await using (var connection = new SqliteConnection($"Data Source={_file.Path}"))
        {
            await connection.OpenAsync();
            var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE wasm_modules (digest VARCHAR(64) PRIMARY KEY, bytes BLOB NOT NULL); INSERT INTO wasm_modules VALUES ('abc', x'0102')";
            await command.ExecuteNonQueryAsync();
        }

        await _file.OpenAsync();
        var modules = (IModuleInventory)(await _file.OpenAsync()).Modules;

        var module = Assert.Single(await modules.ListAsync(null, 10));
        Assert.Equal(("abc", 2L, null), (module.Digest, module.Bytes, module.UsedAt));
        Assert.False(await modules.RemoveAsync("abc", TimeSpan.FromSeconds(30))); // its time begins now
        Assert.NotNull(Assert.Single(await modules.ListAsync(null, 10)).UsedAt);
    }

    [SkippableFact]
    public async Task PostgreSQL_lists_touches_and_removes_modules()
    {
        Skip.If(PostgresServer.MissingBecause is not null, PostgresServer.MissingBecause);
        await using var server = await PostgresServer.StartAsync();
        await FunctionDatabase.OpenAsync(DatabaseKind.PostgreSql, server.Connection);
        var modules = (IModuleInventory)(await FunctionDatabase.OpenAsync(DatabaseKind.PostgreSql, server.Connection)).Modules;
        await modules.PutAsync("b", new byte[100_000]);
        await modules.PutAsync("a", new byte[3]);

        var listed = await modules.ListAsync(null, 10);
        Assert.Equal([("a", 3L), ("b", 100_000L)], listed.Select(static m => (m.Digest, m.Bytes)));
        Assert.Equal("b", Assert.Single(await modules.ListAsync("a", 10)).Digest);
        Assert.InRange(listed[0].UsedAt!.Value, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        Assert.True(await modules.TouchAsync("a"));
        Assert.False(await modules.RemoveAsync("a", TimeSpan.FromHours(1)));
        Assert.True(await modules.RemoveAsync("a", TimeSpan.Zero));
        Assert.True(await modules.RemoveAsync("b", null));
        Assert.Empty(await modules.ListAsync(null, 10));
    }
}
