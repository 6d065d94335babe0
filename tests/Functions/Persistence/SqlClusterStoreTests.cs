using WasmActors.Functions.Api;
using WasmActors.Functions.Tests.Support;

namespace WasmActors.Functions.Tests.Persistence;

public sealed class SqlClusterStoreTests : IDisposable
{
    private readonly TestDatabase _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task The_first_node_decides_on_the_number_of_shards_and_later_ones_get_it()
    {
        Assert.Equal(64, await (await _file.OpenAsync()).Cluster.ShardsAsync(64));
        Assert.Equal(64, await (await _file.OpenAsync()).Cluster.ShardsAsync(32));
        Assert.Equal(64, await (await _file.OpenAsync()).Cluster.ShardsAsync(null));
    }

    [Fact]
    public async Task A_new_database_has_the_default() => Assert.Equal(FunctionHostOptions.DefaultShards, await (await _file.OpenAsync()).Cluster.ShardsAsync(null));

    [Fact]
    public async Task A_database_that_an_earlier_version_has_used_keeps_the_number_of_that_version()
    {
        var database = await _file.OpenAsync();
        await database.Modules.PutAsync("abc", new byte[] { 1 });

        Assert.Equal(FunctionHostOptions.EarlierShards, await database.Cluster.ShardsAsync(512));
        Assert.Equal(FunctionHostOptions.EarlierShards, await (await _file.OpenAsync()).Cluster.ShardsAsync(null));
    }

    [Fact]
    public async Task Nodes_that_are_first_at_the_same_time_get_the_same_number()
    {
        var database = await _file.OpenAsync();

        int[] numbers = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => database.Cluster.ShardsAsync(i * 16)));

        Assert.Single(numbers.Distinct());
    }
}
