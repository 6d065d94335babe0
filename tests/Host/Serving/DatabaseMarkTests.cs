using WasmActors.Host.Tests.Cli;

namespace WasmActors.Host.Tests.Serving;

public sealed class DatabaseMarkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Database => Path.Combine(_folder.Path, "wasmactors-data", "wasmactors.db");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("emptied", "has no bytes")]
    [InlineData("deleted", "is missing")]
    [InlineData("replaced", "was emptied or replaced")]
    public async Task A_database_that_was_lost_does_not_start_as_a_new_host_unless_that_is_asked_for(string how, string told)
    {
        await using (var first = await ProgramRun.ServeAsync(_folder))
        {
            Assert.NotNull(first.Key);
            Assert.Equal(0, await first.StopAsync());
        }

        Lose(how);

        var refused = await ProgramRun.Of(_folder, ["serve", "--url", "http://127.0.0.1:0"]);

        Assert.Equal((72, "database.replaced"), (refused.ExitCode, refused.Code));
        Assert.Contains(told, refused.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.DoesNotContain("wak_", refused.Text, StringComparison.Ordinal);
        await using (var accepted = await ProgramRun.ServeAsync(_folder, "--new-database"))
        {
            Assert.NotNull(accepted.Key);
            Assert.Equal(0, await accepted.StopAsync());
        }

        await using var again = await ProgramRun.ServeAsync(_folder);
        Assert.Null(again.Key);
    }

    [Fact]
    public async Task A_database_without_bytes_is_not_taken_for_a_new_one()
    {
        _folder.Write("wasmactors-data/wasmactors.db", "");

        var refused = await ProgramRun.Of(_folder, ["serve", "--url", "http://127.0.0.1:0"]);

        Assert.Equal((72, "database.replaced"), (refused.ExitCode, refused.Code));
    }

    [Fact]
    public async Task An_owner_without_keys_makes_one_in_the_database_and_a_running_node_accepts_it()
    {
        await using var serve = await ProgramRun.ServeAsync(_folder);

        var recovered = await ProgramRun.Of(_folder, ["keys", "recover"]);

        Assert.Equal((0, ""), (recovered.ExitCode, recovered.Code));
        using var client = serve.ClientWith(recovered.Text.Trim());
        using var keys = await client.GetAsync(new Uri("/v1/keys", UriKind.Relative));
        Assert.True(keys.IsSuccessStatusCode, await keys.Content.ReadAsStringAsync());
        var twice = await ProgramRun.Of(_folder, ["keys", "recover"]);
        Assert.Equal((2, "key.exists"), (twice.ExitCode, twice.Code));
        var nowhere = await ProgramRun.Of(_folder, ["keys", "recover", "--data", "elsewhere"]);
        Assert.Equal((72, "database.unavailable"), (nowhere.ExitCode, nowhere.Code));
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "elsewhere")));
    }

    private void Lose(string how)
    {
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(Database)!, "wasmactors.db*"))
        {
            File.Delete(file);
        }

        if (how == "emptied")
        {
            File.WriteAllBytes(Database, []);
        }
        else if (how == "replaced")
        {
            using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Database};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE another (x)";
            command.ExecuteNonQuery();
        }
    }
}
