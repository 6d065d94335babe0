using System.Net.Sockets;
using Akka;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Remote;
using Serilog;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.State;
using WasmActors.Host.Imports;
using WasmActors.Host.Persistence;
using WasmActors.Host.Settings;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Cluster;

/// <summary>This process as a node: its actor system, its stores, its functions. Owns them.</summary>
internal sealed class Node : IAsyncDisposable
{
    private const int WarmedAtOnce = 2;
    private static readonly TimeSpan s_warming = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _leaves = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Node(WasmHost host, FunctionHost functions)
    {
        Host = host;
        Functions = functions;
        Members = Akka.Cluster.Cluster.Get(host.System);
        CoordinatedShutdown.Get(host.System).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "wasm-node-leaves", () =>
        {
            _leaves.TrySetResult();
            return Task.FromResult(Done.Instance);
        });
    }

    /// <summary>Where stores live.</summary>
    public WasmHost Host { get; }

    /// <summary>What is deployed, and the way to call it.</summary>
    public FunctionHost Functions { get; }

    /// <summary>The nodes of the cluster, as this one sees them.</summary>
    public Akka.Cluster.Cluster Members { get; }

    /// <summary>Done as soon as the node begins to leave its cluster, by its own will or because it was cut off from the others.</summary>
    public Task Leaves => _leaves.Task;

    /// <summary>Starts a node and waits until it is a member that knows the catalogue.</summary>
    /// <exception cref="NodeException">It did not become one in time; nothing of it is left.</exception>
    public static async Task<Node> StartAsync(HostSettings settings, FunctionDatabase database, IStateStore states, ILogger logger, CancellationToken cancellation)
    {
        int shards = await ShardsAsync(settings.Functions, database, logger, cancellation).ConfigureAwait(false);
        var system = CreateSystem(settings, database);
        var host = WasmHost.Attach(system, new WasmHostOptions
        {
            Engine = settings.Stores.Engine,
            Cache = settings.Modules.Cache,
            Admission = settings.Stores.Admission,
            Parallelism = settings.Stores.Parallelism,
            Logger = logger,
        });
        var calls = new FunctionCalls();
        var functions = FunctionHost.Attach(host, new FunctionHostOptions
        {
            Imports = new Dictionary<string, Action<ImportMap>>(StringComparer.Ordinal) { [FunctionCalls.Set] = calls.Offer },
            Modules = database.Modules,
            State = states,
            Grace = settings.Functions.Grace,
            CallsUnderWay = settings.Functions.CallsUnderWay,
            HeldBytes = settings.Functions.HeldBytes,
            LiveKeys = settings.Functions.LiveKeys,
            MaxFunctions = settings.Functions.MaxFunctions,
            Shards = shards,
            Folders = settings.Functions.Folders,
            Features = settings.Functions.Features,
            KeepUnusedModules = settings.Modules.KeepUnused,
            Logger = logger,
        });
        calls.Connect(functions);
        system.ActorOf(Props.Create(() => new MembershipLog(logger)), "wasm-membership-log");
        var node = new Node(host, functions);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(settings.Node.StartWithin);
        try
        {
            await node.JoinAsync(settings.Node, patience.Token).ConfigureAwait(false);
            await node.WarmAsync(logger, cancellation).ConfigureAwait(false);
            return node;
        }
        catch (Exception failure)
        {
            await node.DisposeAsync().ConfigureAwait(false);
            if (failure is OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                throw new NodeException(settings.Node.IsAlone
                    ? $"The node did not start within {settings.Node.StartWithin.TotalSeconds} s: the database may not answer."
                    : $"The node did not become a member of the cluster within {settings.Node.StartWithin.TotalSeconds} s: none of {string.Join(", ", settings.Node.SeedNodes)} let it in, or the database does not answer. For a new cluster to begin, {settings.Node.LeastMembers} nodes must run, the first of these among them.");
            }

            throw;
        }
    }

    // All nodes must have the same number. Where somebody gives this one another, he is to give it to all of them.
    private static async Task<int> ShardsAsync(FunctionSettings settings, FunctionDatabase database, ILogger logger, CancellationToken cancellation)
    {
        int ofCluster = await database.Cluster.ShardsAsync(settings.Shards, cancellation).ConfigureAwait(false);
        if (settings.Shards is { } own && own != ofCluster)
        {
            logger.Warning("WasmActors:Functions:Shards is {Shards}, and the cluster began with {ClusterShards}: set it on all nodes. While a member has another number, this node executes no keyed calls", own, ofCluster);
            return own;
        }

        return ofCluster;
    }

    private static ActorSystem CreateSystem(HostSettings settings, FunctionDatabase database)
    {
        var setup = BootstrapSetup.Create().WithConfig(AkkaSettings.Of(settings, database));
        try
        {
            return ActorSystem.Create(NodeSettings.SystemName, settings.Tls.IsOn ? setup.And(NodeTls.Load(settings.Tls)) : ActorSystemSetup.Create(setup));
        }
        catch (AggregateException failure) when (failure.GetBaseException() is SocketException or RemoteTransportException)
        {
            throw new NodeException($"The node cannot listen for other nodes at {settings.Node.Bind}, port {settings.Node.Port}: {failure.GetBaseException().Message}. WasmActors:Node:Bind and Node:Port say where.");
        }
    }

    /// <summary>Leaves the cluster: calls that run have their grace, keyed stores go to other nodes, then the system ends.</summary>
    public Task LeaveAsync() => CoordinatedShutdown.Get(Host.System).Run(CoordinatedShutdown.ClrExitReason.Instance);

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync().ConfigureAwait(false); // or waits, where it leaves already
        await Functions.DisposeAsync().ConfigureAwait(false);
        await Host.DisposeAsync().ConfigureAwait(false);
    }

    private async Task JoinAsync(NodeSettings settings, CancellationToken cancellation)
    {
        if (settings.IsAlone)
        {
            await Members.JoinAsync(Members.SelfAddress, cancellation).ConfigureAwait(false);
        }
        else
        {
            var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Members.RegisterOnMemberUp(() => up.TrySetResult());
            await up.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }

        await Functions.Catalogue.Known.WaitAsync(cancellation).ConfigureAwait(false);
    }

    // What is deployed is fetched and compiled before calls come, as much as that is done in some seconds: the first callers would wait for it, and all
    // others of a client that takes nodes in turn.
    private async Task WarmAsync(ILogger logger, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        over.CancelAfter(s_warming);
        try
        {
            await Parallel.ForEachAsync(Functions.Catalogue.List(), new ParallelOptions { MaxDegreeOfParallelism = WarmedAtOnce, CancellationToken = over.Token }, async (function, token) =>
            {
                try
                {
                    await Functions.ExportsAsync(function.Name, token).ConfigureAwait(false);
                }
                catch (WasmException failure)
                {
                    logger.Warning("The module of {Function} cannot be used here: {Code} {Message}", function.Name, failure.Code, failure.Message);
                }
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            logger.Information("Not all that is deployed was compiled within {Seconds} s: the rest is, when it is called", s_warming.TotalSeconds);
        }
    }
}
