using Akka.Configuration;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Placement;

namespace WasmActors.Functions.Tests.Placement;

public sealed class KeyRegionTests
{
    [Fact]
    public void A_coordinator_that_would_wait_for_several_nodes_is_reported()
    {
        string? hazard = KeyRegion.Hazard(ConfigurationFactory.ParseString("akka.cluster.min-nr-of-members = 3"));

        Assert.StartsWith("akka.cluster.min-nr-of-members is 3.", hazard, StringComparison.Ordinal);
    }

    [Fact]
    public void The_settings_that_the_library_carries_have_none_wait() => Assert.Null(KeyRegion.Hazard(FunctionHost.DefaultConfig()));
}
