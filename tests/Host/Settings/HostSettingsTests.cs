using Microsoft.Extensions.Configuration;
using WasmActors.Host.Persistence;
using WasmActors.Host.Settings;
using WasmActors.Runtime.Modules;

namespace WasmActors.Host.Tests.Settings;

public class HostSettingsTests
{
    [Fact]
    public void Without_settings_a_node_is_alone_closed_and_on_the_loopback()
    {
        var settings = Read();

        Assert.Equal("127.0.0.1", settings.Node.Bind);
        Assert.Empty(settings.Node.SeedNodes);
        Assert.Equal(["http://127.0.0.1:8080"], settings.Http.Urls);
        Assert.False(settings.Http.Open);
        Assert.Equal(DatabaseKind.Sqlite, settings.Database.Kind);
        Assert.Equal(Path.GetFullPath("wasmactors-data/wasmactors.db"), settings.Database.File);
        Assert.Equal(CompileIsolation.ChildProcess, settings.Modules.Isolation);
        Assert.False(settings.Telemetry.OpenMetrics);
        Assert.Null(settings.Watch.Folder);
    }

    [Fact]
    public void The_settings_that_the_program_carries_are_the_defaults()
    {
        var carried = HostSettings.Read(SettingsFiles.Load(null, []));
        var byDefault = Read();

        Assert.Equal(byDefault.DataFolder, carried.DataFolder);
        Assert.Equal(byDefault.Http.Urls, carried.Http.Urls);
        Assert.Equal(byDefault.Node with { SeedNodes = carried.Node.SeedNodes }, carried.Node);
        Assert.Equal(byDefault.Database, carried.Database);
    }

    [Theory]
    [InlineData("Node:Port", "70000", "a whole number from 0 to 65535")]
    [InlineData("Node:Port", "x", "a whole number from 0 to 65535")]
    [InlineData("Node:StartWithin", "soon", "a duration from 1s to 1h")]
    [InlineData("Http:Authentication", "none", "keys, open")]
    [InlineData("Http:Documentation", "yes", "true and false")]
    [InlineData("Http:MaxBodyBytes", "2GiB", "a size from 1.0 KiB to 1.0 GiB")]
    [InlineData("Http:Urls:0", "8080", "http://127.0.0.1:8080")]
    [InlineData("Http:Urls", "http://127.0.0.1:1", "expected is a list")]
    [InlineData("Database:Kind", "mysql", "sqlite, postgresql")]
    [InlineData("Modules:Compile", "never", "child, in-process")]
    [InlineData("Telemetry:TracePercent", "101", "0 to 100")]
    [InlineData("Node:AkkaFile", "/no/such/file", "is no file")]
    [InlineData("Node:Port:Nested", "1", "expected is one value")]
    public void A_wrong_setting_is_named_with_what_is_allowed(string name, string value, string allowed)
    {
        var wrong = Assert.Throws<SettingsException>(() => Read((name, value)));

        string problem = Assert.Single(wrong.Problems);
        Assert.StartsWith($"WasmActors:{name.Split(":0")[0].Split(":Nested")[0]} ", problem, StringComparison.Ordinal);
        Assert.Contains(allowed, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void All_wrong_settings_are_named_at_once()
    {
        var wrong = Assert.Throws<SettingsException>(() => Read(("Node:Port", "-1"), ("Http:MaxConnections", "0"), ("Stores:Fuel", "maybe")));

        Assert.Equal(3, wrong.Problems.Count);
    }

    [Fact]
    public void A_name_that_nothing_reads_is_refused_and_the_one_that_was_meant_is_told()
    {
        var wrong = Assert.Throws<SettingsException>(() => Read(("Http:Autentication", "keys"), ("Plugins:Folder", "x")));

        Assert.Contains(wrong.Problems, static p => p == "WasmActors:Http:Autentication is no setting; did you mean WasmActors:Http:Authentication?");
        Assert.Contains(wrong.Problems, static p => p.StartsWith("WasmActors:Plugins:Folder is no setting", StringComparison.Ordinal));
    }

    [Fact]
    public void A_node_with_seeds_needs_a_port_that_others_can_know()
    {
        var wrong = Assert.Throws<SettingsException>(() => Read(("Node:SeedNodes:0", "akka.tcp://wasmactors@10.0.0.1:4053"), ("Node:AllowInsecureCluster", "true")));

        Assert.StartsWith("WasmActors:Node:Port", Assert.Single(wrong.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Live_keys_have_three_quarters_of_the_stacks_at_most()
    {
        Assert.Equal(73_728, Read(("Functions:LiveKeys", "73728"), ("Stores:MaxStacks", "98304")).Functions.LiveKeys);
        Assert.Null(Read(("Stores:MaxStacks", "100")).Functions.LiveKeys);

        var beyond = Assert.Throws<SettingsException>(() => Read(("Functions:LiveKeys", "73729"), ("Stores:MaxStacks", "98304")));
        Assert.Equal("WasmActors:Functions:LiveKeys is '73729'; allowed is a whole number from 1 to 73728.", Assert.Single(beyond.Problems));
        var fewStacks = Assert.Throws<SettingsException>(() => Read(("Functions:LiveKeys", "24577")));
        Assert.Contains("with Stores:MaxStacks at 32768 three quarters of that are allowed, 24576", Assert.Single(fewStacks.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.1:4053")]
    [InlineData("akka.tcp://other@10.0.0.1:4053")]
    public void A_seed_node_of_another_form_or_system_is_refused(string seed)
    {
        var wrong = Assert.Throws<SettingsException>(() => Read(("Node:Port", "4053"), ("Node:SeedNodes:0", seed), ("Node:AllowInsecureCluster", "true")));

        Assert.Contains(seed, Assert.Single(wrong.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_with_seeds_needs_TLS_or_a_setting_that_says_it_is_insecure()
    {
        (string, string)[] cluster = [("Node:Port", "4053"), ("Node:SeedNodes:0", "akka.tcp://wasmactors@10.0.0.1:4053")];

        var wrong = Assert.Throws<SettingsException>(() => Read(cluster));

        string problem = Assert.Single(wrong.Problems);
        Assert.StartsWith("WasmActors:Tls:Certificate is not set", problem, StringComparison.Ordinal);
        Assert.Contains("Node:AllowInsecureCluster", problem, StringComparison.Ordinal);
        Assert.Throws<SettingsException>(() => Read([.. cluster, ("Node:AllowInsecureCluster", "false")]));
        Assert.False(Read([.. cluster, ("Node:AllowInsecureCluster", "true")]).Tls.IsOn);
        string file = typeof(HostSettingsTests).Assembly.Location;
        Assert.True(Read([.. cluster, ("Tls:Certificate", file), ("Tls:Authority", file)]).Tls.IsOn);
    }

    [Fact]
    public void A_node_without_seeds_has_no_port_for_other_nodes()
    {
        var wrong = Assert.Throws<SettingsException>(() => Read(("Node:Port", "4053")));

        Assert.StartsWith("WasmActors:Node:Port is 4053, but Node:SeedNodes is empty", Assert.Single(wrong.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void The_settings_of_a_cluster_that_the_program_carries_are_those_of_three_nodes_that_share_a_file()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "config", "appsettings.Cluster.json");

        var settings = HostSettings.Read(SettingsFiles.Load(file, [new("WasmActors:Node:Port", "4055"), new("WasmActors:DataFolder", "node3")]));

        Assert.Equal(3, settings.Node.SeedNodes.Count);
        Assert.Equal(2, settings.Node.LeastMembers);
        Assert.Equal(4055, settings.Node.Port);
        Assert.Equal(Path.GetFullPath("wasmactors-cluster.db"), settings.Database.File);
    }

    [Theory]
    [InlineData("Tls:Certificate", "Tls:Authority")]
    [InlineData("Tls:Authority", "Tls:Certificate")]
    public void TLS_between_nodes_needs_both_a_certificate_and_an_authority(string given, string missing)
    {
        var wrong = Assert.Throws<SettingsException>(() => Read((given, typeof(HostSettingsTests).Assembly.Location)));

        Assert.StartsWith($"WasmActors:{missing} is missing", Assert.Single(wrong.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void PostgreSQL_needs_a_connection_string()
    {
        var wrong = Assert.Throws<SettingsException>(() => Read(("Database:Kind", "postgresql")));

        Assert.StartsWith("WasmActors:Database:Connection", Assert.Single(wrong.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_setting_is_documented()
    {
        string reference = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "docs", "settings.md"));
        var reader = new SettingsReader(new ConfigurationBuilder().Build());
        HostSettings.Read(reader);

        Assert.NotEmpty(reader.Known);
        Assert.All(reader.Known, name => Assert.Contains($"| `{name["WasmActors:".Length..]}` |", reference, StringComparison.Ordinal));
    }

    private static HostSettings Read(params (string Name, string Value)[] settings) => HostSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(static s => KeyValuePair.Create($"WasmActors:{s.Name}", (string?)s.Value))).Build());
}
