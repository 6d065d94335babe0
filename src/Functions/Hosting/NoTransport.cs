using Akka.Actor;
using Akka.Configuration;
using Akka.Remote.Transport;

namespace WasmActors.Functions.Hosting;

/// <summary>
/// The transport of a node without a cluster: it listens at nothing and reaches nobody. Akka's cluster needs a transport for the node's
/// address, and its TCP transport would open a port through which any local user could control the node.
/// </summary>
internal sealed class NoTransport : Transport
{
    private const int Ports = 65_535;

    /// <summary>Made by Akka, by the name in config/wasmactors-cluster.conf.</summary>
    public NoTransport(ActorSystem system, Config config)
    {
        System = system;
        Config = config;
        SchemeIdentifier = "local";
        MaximumPayloadBytes = 1 << 20;
    }

    /// <summary>Returns an address that names this process. Nothing listens at it.</summary>
    public override Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen() => Task.FromResult((
        new Address(SchemeIdentifier, System.Name, "localhost", 1 + (Environment.ProcessId % Ports)),
        new TaskCompletionSource<IAssociationEventListener>(TaskCreationOptions.RunContinuationsAsynchronously)));

    public override bool IsResponsibleFor(Address remote) => true;

    /// <summary>Fails: there are no other nodes.</summary>
    public override Task<AssociationHandle> Associate(Address remoteAddress) => Task.FromException<AssociationHandle>(
        new InvalidAssociationException($"This node has no cluster and cannot reach {remoteAddress}. Name the nodes of one in WasmActors:Node:SeedNodes, or in akka.cluster.seed-nodes of FunctionHost.DefaultConfig()."));

    public override Task<bool> Shutdown() => Task.FromResult(true);
}
