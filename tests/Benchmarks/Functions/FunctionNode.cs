using System.Text;
using Akka.Actor;
using Akka.Configuration;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Modules;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Benchmarks.Functions;

/// <summary>A cluster of one node in this process, with nothing on disk.</summary>
internal sealed class FunctionNode : IAsyncDisposable
{
    private const string Counter = """
        (module
          (global $n (mut i32) (i32.const 0))
          (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
          (func (export "next") (result i32)
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (global.get $n)))
        """;

    private const string Settings = """
        akka {
          stdout-loglevel = OFF
          loglevel = OFF
          remote.dot-netty.tcp.port = 0
          coordinated-shutdown.run-by-actor-system-terminate = off
        }
        """;

    private readonly WasmHost _host;

    private FunctionNode(WasmHost host, FunctionHost functions)
    {
        _host = host;
        Functions = functions;
    }

    internal FunctionHost Functions { get; }

    internal long LiveStores => _host.Engine.LiveStores;

    internal static async Task<FunctionNode> StartAsync(FunctionHostOptions? options = null)
    {
        var system = ActorSystem.Create("wasmactors", ConfigurationFactory.ParseString(Settings).WithFallback(FunctionHost.DefaultConfig()));
        var host = WasmHost.Attach(system, new WasmHostOptions { Cache = new ModuleCacheOptions { OnDisk = false } });
        var functions = FunctionHost.Attach(host, options ?? new FunctionHostOptions { Modules = new MemoryModuleStore() });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var cluster = Akka.Cluster.Cluster.Get(system);
        await cluster.JoinAsync(cluster.SelfAddress, patience.Token).ConfigureAwait(false);
        await functions.Catalogue.Known.WaitAsync(patience.Token).ConfigureAwait(false);
        return new FunctionNode(host, functions);
    }

    /// <summary>Deploys a guest that adds and that counts its calls.</summary>
    internal Task DeployAsync(FunctionSpec spec) => Functions.DeployAsync(spec, Encoding.UTF8.GetBytes(Counter));

    /// <summary>The same guest's export <c>add</c> by handle, in a store of its own.</summary>
    internal async Task<FuncRef> HandleAsync()
    {
        var module = await _host.LoadTextAsync(Counter).ConfigureAwait(false);
        var store = await _host.CreateStoreAsync(new StoreSpec { Options = new StoreOptions { Mode = ExecutionMode.Preemptive } }).ConfigureAwait(false);
        return (await store.InstantiateAsync(module).ConfigureAwait(false)).GetFunc("add");
    }

    public async ValueTask DisposeAsync()
    {
        await Functions.DisposeAsync().ConfigureAwait(false);
        await _host.System.Terminate().ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
    }
}
