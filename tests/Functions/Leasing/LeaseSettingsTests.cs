using Akka.Configuration;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Leasing;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Tests.Leasing;

public class LeaseSettingsTests
{
    [Fact]
    public void By_default_a_lease_is_as_long_as_the_resolver_waits()
    {
        var settings = Of("akka.cluster.split-brain-resolver.stable-after = 4s");

        Assert.Equal(TimeSpan.FromSeconds(4), settings.Length);
        Assert.True(settings.LowestDecides);
    }

    [Fact]
    public void It_can_be_switched_off() => Assert.Null(Of("wasmactors.key-lease.length = off").Length);

    [Fact]
    public void It_can_be_shorter() => Assert.Equal(TimeSpan.FromMilliseconds(500), Of("wasmactors.key-lease.length = 500ms").Length);

    [Theory]
    [InlineData("0s")]
    [InlineData("1h")]
    public void Longer_than_the_resolver_waits_is_rejected(string length)
    {
        var failure = Assert.Throws<WasmError>(() => Of($"wasmactors.key-lease.length = {length}"));

        Assert.Equal(ErrorCode.BadSettings, failure.Code);
        Assert.Contains("stable-after", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("akka.cluster.split-brain-resolver.active-strategy = keep-oldest")]
    [InlineData("akka.cluster.split-brain-resolver.keep-majority.role = core")]
    [InlineData("akka.cluster.downing-provider-class = \"\"")]
    public void Where_the_resolver_does_not_keep_the_half_with_the_lowest_address_no_half_is_a_majority(string settings) => Assert.False(Of(settings).LowestDecides);

    [Theory]
    [InlineData("")]
    [InlineData("akka.cluster { failure-detector.acceptable-heartbeat-pause = 10s, split-brain-resolver.stable-after = 12s }")]
    public void The_resolver_decides_only_when_a_paused_node_has_found_all_others_dead(string settings) => Assert.Null(LeaseSettings.Hazard(ConfigOf(settings)));

    [Theory]
    [InlineData("akka.cluster.split-brain-resolver.stable-after = 3s")]
    [InlineData("akka.cluster.split-brain-resolver.stable-after = 4s")]
    [InlineData("akka.cluster.failure-detector.acceptable-heartbeat-pause = 5s")]
    public void A_resolver_that_decides_before_is_reported(string settings) => Assert.Contains("stable-after", LeaseSettings.Hazard(ConfigOf(settings)), StringComparison.Ordinal);

    private static LeaseSettings Of(string settings) => LeaseSettings.Of(ConfigOf(settings));

    private static Config ConfigOf(string settings) => ConfigurationFactory.ParseString(settings).WithFallback(FunctionHost.DefaultConfig()).WithFallback(Akka.Cluster.Sharding.ClusterSharding.DefaultConfig()).WithFallback(ConfigurationFactory.FromResource<Akka.Cluster.Cluster>("Akka.Cluster.Configuration.Cluster.conf"));
}
