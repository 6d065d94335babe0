using Akka.Configuration;
using Microsoft.Data.Sqlite;
using WasmActors.Host.Cluster;
using WasmActors.Host.Persistence;
using WasmActors.Host.Settings;

namespace WasmActors.Host.Tests.Cluster;

public sealed class AkkaSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    public async Task A_majority_of_the_seeds_opens_a_cluster_and_a_coordinator_that_starts_anew_waits_for_nobody(int seeds, int least)
    {
        var akka = await AkkaOf(seeds, "");

        Assert.Equal(1, akka.GetInt("akka.cluster.min-nr-of-members"));
        Assert.Equal(["wasmactors"], akka.GetStringList("akka.cluster.roles"));
        Assert.Equal(least, akka.GetInt("akka.cluster.role.wasmactors.min-nr-of-members"));
    }

    [Fact]
    public async Task Roles_and_members_of_a_file_count()
    {
        var akka = await AkkaOf(3, "akka.cluster { roles = [front, \"with space\"], min-nr-of-members = 3, role.front.min-nr-of-members = 1 }");

        Assert.Equal(1, akka.GetInt("akka.cluster.min-nr-of-members"));
        Assert.Equal(["front", "with space", "wasmactors"], akka.GetStringList("akka.cluster.roles"));
        Assert.Equal(3, akka.GetInt("akka.cluster.role.wasmactors.min-nr-of-members"));
        Assert.Equal(1, akka.GetInt("akka.cluster.role.front.min-nr-of-members"));
    }

    private async Task<Config> AkkaOf(int seeds, string file)
    {
        string path = Path.Combine(_folder.Path, "akka.conf");
        await File.WriteAllTextAsync(path, file);
        var values = Enumerable.Range(0, seeds).Select(i => KeyValuePair.Create($"WasmActors:Node:SeedNodes:{i}", (string?)$"akka.tcp://wasmactors@10.0.0.{i + 1}:4053")).ToList();
        values.AddRange([new("WasmActors:Node:Port", "4053"), new("WasmActors:Node:AllowInsecureCluster", "true"), new("WasmActors:Node:AkkaFile", path)]);
        var settings = HostSettings.Read(SettingsFiles.Load(null, values));
        return AkkaSettings.Of(settings, await FunctionDatabase.OpenFileAsync(Path.Combine(_folder.Path, "akka.db")));
    }
}
