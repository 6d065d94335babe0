using Akka.Actor;
using Akka.Configuration;
using Akka.Remote;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Host.Persistence;

namespace WasmActors.Functions.Tests.Support;

/// <summary>A node in this process, with remoting on a free port of the loopback.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    // Patient enough for a busy machine: no test relies on a node being found dead soon, unless it says so.
    private const string Settings = """
        akka {
          stdout-loglevel = OFF
          loglevel = OFF
          coordinated-shutdown.run-by-actor-system-terminate = off
          remote.dot-netty.tcp.port = 0
          cluster {
            run-coordinated-shutdown-when-down = off
            gossip-interval = 200ms
            leader-actions-interval = 200ms
            failure-detector.acceptable-heartbeat-pause = 60s
            split-brain-resolver.stable-after = 60s
            sharding.retry-interval = 200ms
            sharding.waiting-for-state-timeout = 1s
            distributed-data.gossip-interval = 200ms
            distributed-data.notify-subscribers-interval = 100ms
            singleton.hand-over-retry-interval = 200ms
            singleton-proxy.singleton-identification-interval = 200ms
          }
        }
        """;

    private bool _stopped;

    private TestNode(WasmHost host, FunctionHost functions)
    {
        Host = host;
        Functions = functions;
    }

    internal WasmHost Host { get; }

    internal FunctionHost Functions { get; }

    internal ActorSystem System => Host.System;

    internal Address Address => Akka.Cluster.Cluster.Get(System).SelfAddress;

    /// <summary>Starts a node and waits until it is a member and knows the catalogue.</summary>
    /// <param name="database">The cluster's database.</param>
    /// <param name="seed">A node to join; null for a cluster of its own.</param>
    /// <param name="options">Changes the host's options.</param>
    /// <param name="settings">Akka settings over those of all tests.</param>
    /// <param name="stores">Changes the options of the host of stores.</param>
    internal static async Task<TestNode> StartAsync(FunctionDatabase database, TestNode? seed = null, Func<FunctionHostOptions, FunctionHostOptions>? options = null, string settings = "", Func<WasmHostOptions, WasmHostOptions>? stores = null)
    {
        var config = ConfigurationFactory.ParseString(settings)
            .WithFallback(ConfigurationFactory.ParseString(Settings))
            .WithFallback(database.JournalConfig())
            .WithFallback(FunctionHost.DefaultConfig());
        var system = ActorSystem.Create("wasmactors", config);
        var plainStores = new WasmHostOptions { Cache = new() { OnDisk = false } };
        var host = WasmHost.Attach(system, stores?.Invoke(plainStores) ?? plainStores);
        var plain = new FunctionHostOptions { Modules = database.Modules };
        var functions = FunctionHost.Attach(host, options?.Invoke(plain) ?? plain);
        var node = new TestNode(host, functions);
        using var patience = new CancellationTokenSource(Expect.Patience);
        await Akka.Cluster.Cluster.Get(system).JoinAsync(seed?.Address ?? node.Address, patience.Token);
        await Expect.SoonAsync(functions.Catalogue.Known);
        return node;
    }

    /// <summary>Deploys a module in text form.</summary>
    internal Task<Deployment> DeployAsync(FunctionSpec spec, string wat, RollOut rollOut = RollOut.WhenIdle) =>
        Expect.SoonAsync(Functions.DeployAsync(spec, global::System.Text.Encoding.UTF8.GetBytes(wat), rollOut));

    /// <summary>Leaves the cluster with all that belongs to it, as SIGTERM makes a node do.</summary>
    internal async Task LeaveAsync()
    {
        _stopped = true;
        await Expect.SoonAsync(CoordinatedShutdown.Get(System).Run(CoordinatedShutdown.ClrExitReason.Instance));
        await EndAsync();
    }

    /// <summary>Ends without a word to the others.</summary>
    internal async Task DieAsync()
    {
        _stopped = true;
        await Expect.SoonAsync(((RemoteActorRefProvider)((ExtendedActorSystem)System).Provider).Transport.Shutdown());
        await Expect.SoonAsync(System.Terminate());
        await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
        {
            await LeaveAsync();
        }
    }

    private async Task EndAsync()
    {
        await Functions.DisposeAsync();
        await Host.DisposeAsync();
    }
}
