using Akka.Actor;
using Akka.Remote;
using Serilog.Core;
using WasmActors.Functions.Calls;
using WasmActors.Runtime.Failures;

namespace WasmActors.Functions.Hosting;

/// <summary>
/// Calls deployed functions from a program that is no node of their cluster. Its actor system needs remoting and
/// <see cref="FunctionHost.DefaultConfig"/>, with <c>akka.actor.provider = remote</c>: answers come to its own address.
/// </summary>
/// <remarks>Calls go to the nodes that answered within the last seconds, in turn. Nodes of the cluster trust whoever can reach their port: see
/// docs/functions.md.</remarks>
public sealed class FunctionClient : IAsyncDisposable
{
    private const long HeldBytes = 256 << 20;
    private const int CallsUnderWay = 100_000;
    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(10);

    private readonly FunctionCaller _caller;
    private readonly IActorRef[] _own;

    private FunctionClient(ActorSystem system, Contacts contacts)
    {
        var shelf = new PayloadShelf(TimeProvider.System, HeldBytes);
        var router = new CallRouter(TimeProvider.System, shelf, CallsUnderWay);
        shelf.Holder = system.ActorOf(Props.Create(() => new PayloadHolder(shelf)));
        router.Receiver = system.ActorOf(Props.Create(() => new CallReceiver(router)));
        var watcher = system.ActorOf(Props.Create(() => new ContactWatcher(contacts)));
        var undelivered = system.ActorOf(Props.Create(() => new UndeliveredCalls()));
        _own = [watcher, undelivered, router.Receiver, shelf.Holder];
        _caller = new FunctionCaller(TimeProvider.System, router, shelf, pools: null, contacts.Next, catalogue: null, Logger.None);
    }

    /// <summary>Makes a client. That no node answers is seen when a function is called.</summary>
    /// <param name="system">The actor system; it lives on when the client is disposed.</param>
    /// <param name="nodes">Addresses of some of the cluster's nodes, for example <c>akka.tcp://wasmactors@10.0.0.1:4053</c>.</param>
    /// <exception cref="WasmError"><c>engine.bad_settings</c>: no address, or one that is none; a system without remoting.</exception>
    public static FunctionClient Connect(ActorSystem system, params IReadOnlyList<string> nodes)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(nodes);
        if (system is not ExtendedActorSystem { Provider: RemoteActorRefProvider })
        {
            throw new WasmError(ErrorCode.BadSettings, "A client needs an actor system with remoting: set akka.actor.provider to remote.");
        }

        return nodes.Count > 0
            ? new FunctionClient(system, new Contacts([.. nodes.Select(n => Gate(system, n))]))
            : throw new WasmError(ErrorCode.BadSettings, "A client needs the address of at least one node, such as akka.tcp://wasmactors@10.0.0.1:4053.");
    }

    /// <summary>A function to be called; whether it is deployed is seen when it is called.</summary>
    /// <exception cref="WasmError"><c>function.bad_name</c>, <c>function.bad_key</c></exception>
    public FunctionRef Get(string name, string? key = null) => new(_caller, name, key);

    /// <summary>Ends the client. Calls that are under way are <c>call.unanswered</c>.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var actor in _own)
        {
            await actor.GracefulStop(s_stopTime).ConfigureAwait(false);
        }
    }

    // Without an actor's own number, so that it means whichever node is there at the time.
    private static IActorRef Gate(ActorSystem system, string node) =>
        ActorPath.TryParseAddress(node, out var address) && address.HasGlobalScope
            ? ((ExtendedActorSystem)system).Provider.ResolveActorRef(new RootActorPath(address) / "user" / FunctionGate.Name)
            : throw new WasmError(ErrorCode.BadSettings, $"'{GuestText.Clean(node, GuestText.NameLimit)}' is no address of a node; akka.tcp://wasmactors@10.0.0.1:4053 would be one.");
}
