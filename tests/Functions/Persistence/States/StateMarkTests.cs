using Microsoft.Data.Sqlite;
using WasmActors.Functions.Tests.Support;
using WasmActors.Host.Persistence.States;
using static WasmActors.Functions.Tests.Persistence.States.StateStoreContract;

namespace WasmActors.Functions.Tests.Persistence.States;

public sealed class StateMarkTests : IDisposable
{
    private readonly TestDatabase _catalogue = new();
    private readonly StateFile _file = new();

    public void Dispose()
    {
        _catalogue.Dispose();
        _file.Dispose();
    }

    [Fact]
    public async Task The_file_that_was_used_before_is_opened_again()
    {
        await OpenAsync();
        await OpenAsync();
        await OpenAsync(acceptsNew: true);
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("emptied")]
    [InlineData("another")]
    public async Task A_file_that_is_not_the_one_used_before_is_rejected_unless_it_is_asked_for(string change)
    {
        await OpenAsync();
        SqliteConnection.ClearAllPools();
        foreach (string file in Directory.GetFiles(_file.Folder))
        {
            File.Delete(file);
        }

        if (change == "emptied")
        {
            await File.WriteAllBytesAsync(_file.Path, []);
        }
        else if (change == "another")
        {
            await using var other = await _file.OpenAsync();
            await other.CommitAsync([Commit(1, 1)]);
        }

        await Assert.ThrowsAsync<StateReplacedException>(() => OpenAsync());
        Assert.Equal(change != "deleted", File.Exists(_file.Path)); // nothing was made
        await OpenAsync(acceptsNew: true);
        await OpenAsync();
    }

    [Fact]
    public async Task Nodes_that_are_first_at_the_same_time_agree_on_a_file()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => OpenAsync()));
        await OpenAsync();
    }

    private async Task OpenAsync(bool acceptsNew = false)
    {
        var catalogue = await _catalogue.OpenAsync();
        await using var store = await StateDatabase.OpenFileAsync(_file.Path, new StateStoreOptions(), new StateMark(catalogue.Cluster, acceptsNew));
    }
}
