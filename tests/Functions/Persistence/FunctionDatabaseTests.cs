using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using WasmActors.Functions.Tests.Support;
using WasmActors.Host.Persistence;

namespace WasmActors.Functions.Tests.Persistence;

public sealed class FunctionDatabaseTests : IDisposable
{
    private readonly TestDatabase _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_module_is_found_by_its_digest_after_the_file_was_opened_again()
    {
        byte[] module = RandomNumberGenerator.GetBytes(3 << 20);
        await (await _file.OpenAsync()).Modules.PutAsync("abc", module);

        var found = await (await _file.OpenAsync()).Modules.FindAsync("abc");

        Assert.Equal(module, found!.Value.ToArray());
        Assert.Null(await (await _file.OpenAsync()).Modules.FindAsync("abd"));
    }

    [Fact]
    public async Task What_was_damaged_is_mended_by_storing_it_again()
    {
        var modules = (await _file.OpenAsync()).Modules;
        await modules.PutAsync("abc", "damaged"u8.ToArray());
        await modules.PutAsync("abc", "whole"u8.ToArray());

        Assert.Equal("whole"u8.ToArray(), (await modules.FindAsync("abc"))!.Value.ToArray());
    }

    [Fact]
    public async Task A_digest_is_a_value_and_never_part_of_a_statement()
    {
        var modules = (await _file.OpenAsync()).Modules;
        const string Digest = "'); DROP TABLE wasm_modules; --";
        await modules.PutAsync(Digest, "x"u8.ToArray());

        Assert.NotNull(await modules.FindAsync(Digest));
    }

    [Fact]
    public async Task Many_put_the_same_module_at_once()
    {
        var database = await _file.OpenAsync();
        byte[] module = RandomNumberGenerator.GetBytes(100_000);

        await Expect.SoonAsync(Task.WhenAll(Enumerable.Range(0, 8).Select(_ => database.Modules.PutAsync("abc", module))));

        Assert.Equal(module, (await database.Modules.FindAsync("abc"))!.Value.ToArray());
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_not_opened()
    {
        await File.WriteAllTextAsync(_file.Path, string.Concat(Enumerable.Repeat("this is no database. ", 100)));

        await Assert.ThrowsAnyAsync<DbException>(_file.OpenAsync);
    }

    [Fact]
    public async Task The_file_is_written_ahead_of_itself()
    {
        await _file.OpenAsync();
        await using var connection = new SqliteConnection($"Data Source={_file.Path}");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode";

        Assert.Equal("wal", await command.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite, "Data Source=/tmp/a\\b \"c\".db", "SQLite.MS")]
    [InlineData(DatabaseKind.PostgreSql, "Host=db;Password=\"a;b\"", "PostgreSQL.15")]
    internal void The_journal_uses_the_same_connection(DatabaseKind kind, string connection, string provider)
    {
        var journal = FunctionDatabase.JournalConfigFor(kind, connection);

        Assert.Equal("akka.persistence.journal.sql", journal.GetString("akka.persistence.journal.plugin"));
        Assert.Equal(connection, journal.GetString("akka.persistence.journal.sql.connection-string"));
        Assert.Equal(provider, journal.GetString("akka.persistence.journal.sql.provider-name"));
    }
}
