using System.Diagnostics.CodeAnalysis;
using Akka;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using WasmActors.Actors.Handles;
using WasmActors.Functions.Api;
using WasmActors.Functions.Calls;
using WasmActors.Functions.Catalogue;
using WasmActors.Functions.Deploying;
using WasmActors.Functions.Durability;
using WasmActors.Functions.Keyed;
using WasmActors.Functions.Leasing;
using WasmActors.Functions.Modules;
using WasmActors.Functions.Placement;
using WasmActors.Functions.Sessions;
using WasmActors.Functions.Stateless;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Machine;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Functions.Hosting;

/// <summary>
/// One node that hosts deployed functions: changes the catalogue, runs what is deployed, and calls it. All nodes of an Akka cluster
/// together are one host; one node is a cluster of its own.
/// </summary>
/// <remarks>
/// Coordinated shutdown of the system stops it: calls that run have <see cref="FunctionHostOptions.Grace"/>, keyed stores go to other nodes,
/// then the node leaves. The journal of the catalogue is the system's default one, and is the same for all nodes.
/// </remarks>
public sealed class FunctionHost : IAsyncDisposable
{
    private const string Transports = "akka.remote.enabled-transports";
    private const string NoTransport = "wasmactors.no-transport";

    private readonly FunctionRuntime _runtime;
    private readonly FunctionPools _pools;
    private readonly FunctionCaller _caller;
    private readonly FunctionDeployer _deployer;
    private readonly ModuleCollector _collector;
    private readonly CatalogueChanges _changes;
    private readonly IActorRef[] _own;

    private FunctionHost(WasmHost host, FunctionHostOptions options)
    {
        var system = host.System;
        var clock = host.Engine.Settings.Clock;
        var shelf = new PayloadShelf(clock, options.HeldBytes);
        var router = new CallRouter(clock, shelf, options.CallsUnderWay);
        Catalogue = new FunctionCatalogue();
        var leasing = LeaseSettings.Of(system.Settings.Config);
        foreach (string? hazard in new[] { LeaseSettings.Hazard(system.Settings.Config), KeyRegion.Hazard(system.Settings.Config) }.OfType<string>())
        {
            options.Logger.Warning("{Hazard}", hazard);
        }

        var lease = new KeyLease(BootClock.Instance, leasing.Length);
        _runtime = new FunctionRuntime(host, Catalogue, new FunctionModules(options.Modules, host.Modules), shelf, router, lease, options)
        {
            States = options.State is { } state ? new StateKeeper(state, system, clock, options.Logger) : null,
        };
        _pools = new FunctionPools(_runtime);
        host.Admission.IdleMemory.Add(_pools.ReleaseMemory);
        host.Admission.IdleMemory.Add(_runtime.Keys.ReleaseMemory);

        system.ActorOf(
            ClusterSingletonManager.Props(
                CatalogueSupervisor.Props(new CatalogueWriterOptions(TimeProvider.System, options.Logger, options.MaxFunctions)),
                PoisonPill.Instance,
                ClusterSingletonManagerSettings.Create(system)),
            "wasm-catalogue");
        var writer = system.ActorOf(ClusterSingletonProxy.Props("/user/wasm-catalogue", ClusterSingletonProxySettings.Create(system)), "wasm-catalogue-writer");
        _changes = new CatalogueChanges(writer, Catalogue);
        _deployer = new FunctionDeployer(_runtime, (deploy, cancellation) => _changes.MakeAsync(deploy.Spec.Name, deploy, cancellation));
        var follower = system.ActorOf(Props.Create(() => new CatalogueFollower(writer, Catalogue)), "wasm-catalogue-follower");
        shelf.Holder = system.ActorOf(Props.Create(() => new PayloadHolder(shelf)), "wasm-payloads");
        router.Receiver = system.ActorOf(Props.Create(() => new CallReceiver(router)), "wasm-calls");
        var closed = new ClosedNodes(clock);
        var keeper = system.ActorOf(LeaseKeeper.Props(lease, leasing.LowestDecides, options.Shards, closed, options.Logger), LeaseKeeper.Name);
        var keys = KeyProps.Common();
        var placed = KeyRegion.Start(system, options, closed, clock, id => new KeyProps(keys, _runtime, id));
        var region = placed.Region;
        var gate = system.ActorOf(Props.Create(() => new FunctionGate(_runtime, _pools, region)), FunctionGate.Name);
        var undelivered = system.ActorOf(Props.Create(() => new UndeliveredCalls()), "wasm-undelivered");
        if (system.Settings.Config.GetStringList(Transports).Contains(NoTransport))
        {
            var self = Cluster.Get(system);
            self.Join(self.SelfAddress);
        }

        _own = [gate, follower, undelivered, keeper, .. placed.Watchers, router.Receiver, shelf.Holder];
        _caller = new FunctionCaller(clock, router, shelf, _pools, () => region, Catalogue, options.Logger);
        StoredModules = new StoredModules(_runtime.Modules, Catalogue, options.State);
        var cluster = Cluster.Get(system);
        var keep = _runtime.Modules.HasInventory ? options.KeepUnusedModules : Timeout.InfiniteTimeSpan;
        _collector = new ModuleCollector(StoredModules, Catalogue, () => cluster.State.Leader == cluster.SelfAddress, keep, clock, options.Logger);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseServiceRequestsDone, "wasm-functions-drain", async () =>
        {
            await _pools.DrainAsync().ConfigureAwait(false);
            return Done.Instance;
        });
    }

    /// <summary>The modules that are kept for all nodes.</summary>
    public StoredModules StoredModules { get; }

    /// <summary>What is deployed, as this node knows it.</summary>
    public FunctionCatalogue Catalogue { get; }

    /// <summary>Starts to host functions in a host's actor system, which must be a node of a cluster, as <see cref="DefaultConfig"/> makes it.</summary>
    /// <exception cref="WasmError"><c>engine.bad_settings</c>: an option is out of its range, or the system is no node of a cluster.</exception>
    public static FunctionHost Attach(WasmHost host, FunctionHostOptions options)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        options.LiveKeysOf(host.Engine.Settings);
        return host.System is ExtendedActorSystem { Provider: ClusterActorRefProvider }
            ? new FunctionHost(host, options)
            : throw new WasmError(ErrorCode.BadSettings, "Functions need an actor system that is a node of a cluster: set akka.actor.provider to cluster, as FunctionHost.DefaultConfig() does.");
    }

    /// <summary>The Akka settings of a node that hosts functions, as in config/wasmactors-cluster.conf, over <see cref="WasmHost.DefaultConfig"/>.
    /// A program adds host name, port, seed nodes and the journal.</summary>
    public static Config DefaultConfig()
    {
        using var stream = typeof(FunctionHost).Assembly.GetManifestResourceStream("wasmactors-cluster.conf")!;
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd())
            .WithFallback(WasmHost.DefaultConfig())
            .WithFallback(ClusterSharding.DefaultConfig())
            .WithFallback(ClusterSingleton.DefaultConfig());
    }

    /// <summary>Returns the Akka settings of a single node, which listens at nothing and reaches nobody, over <see cref="DefaultConfig"/>. <see cref="Attach"/>
    /// makes the node a cluster of its own. A program adds a journal if its deployments are to survive a restart.</summary>
    public static Config SingleNodeConfig() => ConfigurationFactory.ParseString($"""
        {Transports} = ["{NoTransport}"]
        akka.cluster.seed-nodes = []
        """).WithFallback(DefaultConfig());

    /// <summary>A function to be called; whether it is deployed is seen when it is called.</summary>
    /// <exception cref="WasmError"><c>function.bad_name</c>, <c>function.bad_key</c></exception>
    public FunctionRef Get(string name, string? key = null) => new(_caller, name, key);

    /// <summary>Deploys a module under a function's name, as a new version that becomes the active one. Where the active version is the
    /// same in all, nothing is changed.</summary>
    /// <param name="spec">How it is run, as a whole: what is not set has its default. <see cref="UpdateAsync"/> carries over what is not set.</param>
    /// <param name="module">The module, binary or text.</param>
    /// <param name="rollOut">When keyed stores change over.</param>
    /// <param name="expectedActive">Number that the active version must have, 0 for no such function; null for any.</param>
    /// <param name="cancellation">Gives the wait up; the deployment may be done all the same.</param>
    /// <exception cref="WasmError"><c>module.invalid</c> and other failures of compiling, <c>module.feature_not_allowed</c>, <c>function.bad_spec</c>, <c>function.bad_name</c>,
    /// <c>function.change_not_confirmed</c>, <c>link.missing_import</c>, <c>store.limit_exceeded</c>, <c>function.conflict</c>, <c>function.too_many</c>: nothing was changed.
    /// <c>catalogue.unavailable</c>, <c>module.unavailable</c>: try again.</exception>
    public Task<Deployment> DeployAsync(FunctionSpec spec, ReadOnlyMemory<byte> module, RollOut rollOut = RollOut.WhenIdle, int? expectedActive = null, CancellationToken cancellation = default) =>
        DeployAsync(spec, module, new DeployOptions { RollOut = rollOut, ExpectedActive = expectedActive }, cancellation);

    /// <summary>Deploys a module that is stored already; otherwise as the deployment that brings the module.</summary>
    /// <param name="spec">How it is run, with the module's digest.</param>
    /// <param name="rollOut">When keyed stores change over.</param>
    /// <param name="expectedActive">Number that the active version must have, 0 for no such function; null for any.</param>
    /// <param name="cancellation">Gives the wait up; the deployment may be done all the same.</param>
    /// <exception cref="WasmError"><c>module.not_found</c>: no module has the digest; <c>module.corrupt</c>, and as the other.</exception>
    public Task<Deployment> DeployAsync(FunctionSpec spec, RollOut rollOut = RollOut.WhenIdle, int? expectedActive = null, CancellationToken cancellation = default) =>
        DeployAsync(spec, null, new DeployOptions { RollOut = rollOut, ExpectedActive = expectedActive }, cancellation);

    /// <summary>Deploys a module that is brought, or one that is stored already.</summary>
    /// <param name="spec">How it is run, as a whole: what is not set has its default.</param>
    /// <param name="module">The module, binary or text; null for the one whose digest the specification has.</param>
    /// <param name="options">How the deployment is made.</param>
    /// <param name="cancellation">Gives the wait up; the deployment may be done all the same.</param>
    /// <exception cref="WasmError">As the other deployments.</exception>
    public Task<Deployment> DeployAsync(FunctionSpec spec, ReadOnlyMemory<byte>? module, DeployOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return UpdateAsync(spec.Name, module, _ => spec, options, cancellation);
    }

    /// <summary>Deploys a version that is made from the active one: what the settings do not change carries over.</summary>
    /// <param name="name">The function. If it is not deployed, the settings begin with the defaults and the convention that the module's exports suggest.</param>
    /// <param name="module">The module, binary or text; null for the active version's, or for the one whose digest the settings name.</param>
    /// <param name="settings">Makes the new specification from the active version's, for example <c>spec => spec with { Label = "v2" }</c>. May be called
    /// several times.</param>
    /// <param name="options">How the deployment is made; null for the defaults. A change of kind or convention must be confirmed there.</param>
    /// <param name="cancellation">Gives the wait up; the deployment may be done all the same.</param>
    /// <returns>The new version, with what was active before.</returns>
    /// <exception cref="WasmError">As the other deployments.</exception>
    public Task<Deployment> UpdateAsync(string name, ReadOnlyMemory<byte>? module, Func<FunctionSpec, FunctionSpec> settings, DeployOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return _deployer.DeployAsync(name, module, settings, options ?? new DeployOptions(), cancellation);
    }

    /// <summary>Stores a module for all nodes, so that it can be deployed by its digest.</summary>
    /// <param name="module">The module, binary or text. It is compiled, and stored only where that succeeds.</param>
    /// <param name="expectedDigest">The digest that its binary form must have; null for any.</param>
    /// <param name="cancellation">Gives the wait up; the module may be stored all the same.</param>
    /// <exception cref="WasmError"><c>module.invalid</c> and other failures of compiling, <c>module.digest_mismatch</c>: nothing was stored.
    /// <c>module.unavailable</c>: try again.</exception>
    public Task<StoredModule> PutModuleAsync(ReadOnlyMemory<byte> module, string? expectedDigest = null, CancellationToken cancellation = default) =>
        _deployer.StoreAsync(module, expectedDigest, cancellation);

    /// <summary>A stored module's binary form, or null where none has the digest.</summary>
    /// <exception cref="WasmError"><c>module.corrupt</c>, <c>module.unavailable</c></exception>
    public async Task<ReadOnlyMemory<byte>?> FindModuleAsync(string digest, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return FunctionSpec.IsDigest(digest) ? await _runtime.Modules.FindAsync(digest, cancellation).ConfigureAwait(false) : null;
    }

    /// <summary>The functions that a function's active version exports, in the module's order.</summary>
    /// <exception cref="WasmError"><c>function.not_found</c>; <c>module.not_found</c>, <c>module.unavailable</c> and others where the module cannot be had.</exception>
    public async ValueTask<IReadOnlyList<FunctionExport>> ExportsAsync(string name, CancellationToken cancellation = default)
    {
        var module = await ActiveModuleAsync(name, cancellation).ConfigureAwait(false);
        return [.. module.Exports.Where(static e => e.Type is FuncType).Select(static e => new FunctionExport(e.Name, (FuncType)e.Type))];
    }

    /// <summary>The type of an exported function of the active version, where this node knows it without waiting. Allocates nothing.</summary>
    /// <returns>False where it is not known, for whatever reason: <see cref="SignatureAsync"/> tells or finds out.</returns>
    public bool TryGetSignature(string name, string export, [NotNullWhen(true)] out FuncType? type)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(export);
        type = Catalogue.Find(name) is { ActiveVersion.Spec.ModuleDigest: { } digest } && _runtime.Modules.Known(digest) is { } module ? TypeOf(module, export) : null;
        return type is not null;
    }

    /// <summary>The type of an exported function of the active version.</summary>
    /// <exception cref="WasmError"><c>function.not_found</c>, <c>export.not_found</c>, <c>export.wrong_kind</c>; otherwise as <see cref="ExportsAsync"/>.</exception>
    public async ValueTask<FuncType> SignatureAsync(string name, string export, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(export);
        var module = await ActiveModuleAsync(name, cancellation).ConfigureAwait(false);
        return TypeOf(module, export) ?? throw (module.ExportIndex(export) < 0
            ? module.NoExport(export)
            : new WasmError(ErrorCode.ExportWrongKind, $"The export '{GuestText.Clean(export, GuestText.NameLimit)}' is no function."));
    }

    /// <summary>Makes a version that is there the active one: a rollback.</summary>
    /// <param name="name">The function.</param>
    /// <param name="version">Its number; null for the one before the active one.</param>
    /// <param name="rollOut">When keyed stores change over.</param>
    /// <param name="cancellation">Gives the wait up; it may be done all the same.</param>
    /// <exception cref="WasmError"><c>function.not_found</c>, <c>function.version_not_found</c>, <c>catalogue.unavailable</c></exception>
    public Task<Deployment> ActivateAsync(string name, int? version = null, RollOut rollOut = RollOut.WhenIdle, CancellationToken cancellation = default) =>
        _changes.MakeAsync(name, new CatalogueProtocol.Activate(name, version, rollOut), cancellation);

    /// <summary>Deletes a function with its versions, and the states of its keys. Calls that run are completed.</summary>
    /// <exception cref="WasmError"><c>function.not_found</c>, <c>catalogue.unavailable</c></exception>
    public async Task<Deployment> DeleteAsync(string name, CancellationToken cancellation = default)
    {
        var deleted = await _changes.MakeAsync(name, new CatalogueProtocol.Delete(name), cancellation).ConfigureAwait(false);
        if (_runtime.States is { } states && Catalogue.LastNumber(name) is { } last)
        {
            await states.DeleteAsync(name, last).ConfigureAwait(false);
        }

        return deleted;
    }

    /// <summary>Stops the stores of stateless functions. The keyed ones end with the system.</summary>
    public async ValueTask DisposeAsync()
    {
        await _collector.DisposeAsync().ConfigureAwait(false);
        _runtime.Host.Admission.IdleMemory.Remove(_pools.ReleaseMemory);
        _runtime.Host.Admission.IdleMemory.Remove(_runtime.Keys.ReleaseMemory);
        await _pools.DisposeAsync().ConfigureAwait(false);
        if (_runtime.States is { } states)
        {
            await states.DisposeAsync().ConfigureAwait(false);
        }

        _runtime.Keys.Dispose();
        foreach (var actor in _own)
        {
            _runtime.Host.System.Stop(actor);
        }
    }

    private static FuncType? TypeOf(WasmModule module, string export)
    {
        int index = module.ExportIndex(export);
        return index < 0 ? null : module.Exports[index].Type as FuncType;
    }

    private ValueTask<WasmModule> ActiveModuleAsync(string name, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _runtime.Modules.LookIntoAsync(Catalogue.Active(name).Spec.ModuleDigest, name, cancellation);
    }
}
