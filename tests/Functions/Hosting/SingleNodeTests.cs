using System.Text;
using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Modules;

namespace WasmActors.Functions.Tests.Hosting;

public sealed class SingleNodeTests
{
    private static readonly TimeSpan s_lessThanAPhase = TimeSpan.FromSeconds(40); // a phase of the coordinated shutdown may take 60 s

    [Fact]
    public async Task A_single_node_deploys_and_calls_and_has_no_address_that_others_could_reach()
    {
        using var system = ActorSystem.Create("alone", FunctionHost.SingleNodeConfig());
        await using (var host = WasmHost.Attach(system, new WasmHostOptions { Cache = new() { OnDisk = false } }))
        await using (var functions = FunctionHost.Attach(host, new FunctionHostOptions { Modules = new MemoryModuleStore() }))
        {
            await Expect.SoonAsync(functions.Catalogue.Known);
            await Expect.SoonAsync(functions.DeployAsync(new FunctionSpec("counter") { Kind = FunctionKind.Keyed }, Encoding.UTF8.GetBytes(Wat.Counter)));

            Assert.Equal(1, (await Expect.SoonAsync(functions.Get("counter", "a").CallAsync("next"))).Value.AsI32());
            Assert.Equal(2, (await Expect.SoonAsync(functions.Get("counter", "a").CallAsync("next"))).Value.AsI32());
            Assert.Equal("akka.local", Akka.Cluster.Cluster.Get(system).SelfAddress.Protocol);
        }

        await system.Terminate().WaitAsync(s_lessThanAPhase); // its shards have nobody to go to, and the host that emptied the node has gone
    }
}
