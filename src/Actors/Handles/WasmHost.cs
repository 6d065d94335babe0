using System.Text;
using Akka;
using Akka.Actor;
using Akka.Configuration;
using Serilog;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Dispatch;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Passivation;
using WasmActors.Actors.Stores;
using WasmActors.Actors.Stores.Supervision;
using WasmActors.Actors.Telemetry;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Cache;

namespace WasmActors.Actors.Handles;

/// <summary>
/// Where stores live: owns an engine, a cache of compiled modules and the supervisor of the stores' actors, in an actor
/// system of its own or in one that is there already.
/// </summary>
/// <remarks>Disposing it stops its stores, see <see cref="DisposeAsync"/>.</remarks>
public sealed class WasmHost : IAsyncDisposable
{
    private const string Dispatcher = "wasmactors.dispatcher";

    // What host functions have to return in, after guests were told to end; and what actors then have to end in.
    private static readonly TimeSpan s_stopPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_createTime = TimeSpan.FromSeconds(30);
    private static readonly StoreSpec s_defaultSpec = new();
    private static int s_hosts;

    private readonly bool _ownsSystem;
    private readonly TimeSpan _stopGrace;
    private readonly ILogger _log;
    private readonly IActorRef _probe;
    private readonly StoreFactory _stores;
    private int _disposed;

    private WasmHost(ActorSystem system, bool ownsSystem, WasmHostOptions options)
    {
        System = system;
        _ownsSystem = ownsSystem;
        _stopGrace = CheckGrace(options.StopGrace);
        _log = options.Logger;
        Engine = new WasmEngine(options.Engine);
        Passivator = new StorePassivator(Engine.Settings.Clock);
        Modules = new ModuleCache(Engine, options.Cache);
        var log = _log;
        if (Engine.NoFibers is { } reason)
        {
            log.Information("Guests that can be paused have a thread each: {Reason}", reason);
        }

        options.Admission.Check();
        Admission = new HostAdmission(options.Admission) { Passivator = Passivator };
        Admission.IdleMemory.Add(Passivator.ReleaseMemory);
        _stores = new StoreFactory(Engine, Passivator, Admission, log, Dispatcher);
        int number = Interlocked.Increment(ref s_hosts);
        Supervisor = system.ActorOf(Props.Create(() => new StoreSupervisor(_stores, log)), number == 1 ? "wasm-stores" : $"wasm-stores-{number}");
        _probe = system.ActorOf(Props.Create<WorkerProbe>().WithDispatcher(Dispatcher), $"wasm-worker-probe-{number}");
    }

    /// <summary>The actor system that the stores' actors live in.</summary>
    public ActorSystem System { get; }

    /// <summary>The engine of all stores of this host.</summary>
    public WasmEngine Engine { get; }

    /// <summary>Compiles modules, each once.</summary>
    public ModuleCache Modules { get; }

    /// <summary>The supervisor of the stores' actors, which takes the commands of <see cref="HostProtocol"/>.</summary>
    public IActorRef Supervisor { get; }

    /// <summary>What the host takes on.</summary>
    internal HostAdmission Admission { get; }

    /// <summary>Passivates stores that were idle for long.</summary>
    internal StorePassivator Passivator { get; }

    /// <summary>Starts a host with an actor system of its own.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellation">Gives the start up.</param>
    /// <exception cref="WasmError"><c>engine.bad_settings</c></exception>
    public static Task<WasmHost> StartAsync(WasmHostOptions? options = null, CancellationToken cancellation = default) =>
        Task.Run(() => Start(options ?? new WasmHostOptions()), cancellation);

    /// <summary>Starts a host with an actor system of its own, on this thread.</summary>
    internal static WasmHost Start(WasmHostOptions options)
    {
        var config = ConfigurationFactory
            .ParseString($"wasmactors.dispatcher.guest-executor.parallelism = {options.Parallelism}\nakka.loggers = [\"{SerilogLogger.TypeName}\"]")
            .WithFallback(DefaultConfig());
        var setup = BootstrapSetup.Create().WithConfig(config).And(new SerilogSetup(options.Logger));
        return new WasmHost(ActorSystem.Create("wasmactors", setup), ownsSystem: true, options);
    }

    /// <summary>Starts a host in an actor system that is there already. The system lives on when the host is disposed.</summary>
    /// <exception cref="WasmError"><c>engine.bad_settings</c></exception>
    public static WasmHost Attach(ActorSystem system, WasmHostOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        system.Settings.InjectTopLevelFallback(DefaultConfig());
        return new WasmHost(system, ownsSystem: false, options ?? new WasmHostOptions());
    }

    /// <summary>The Akka settings that the library brings, as in config/wasmactors.conf.</summary>
    public static Config DefaultConfig()
    {
        using var stream = typeof(WasmHost).Assembly.GetManifestResourceStream("wasmactors.conf")!;
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }

    /// <summary>Compiles a module, binary or text, or finds it compiled already.</summary>
    /// <exception cref="WasmError"><c>module.invalid</c></exception>
    public Task<WasmModule> LoadAsync(ReadOnlyMemory<byte> bytes, string? name = null, CancellationToken cancellation = default) =>
        Modules.GetAsync(bytes, name, cancellation);

    /// <summary>Compiles a module in text form (WAT), or finds it compiled already.</summary>
    /// <exception cref="WasmError"><c>module.invalid</c></exception>
    public Task<WasmModule> LoadTextAsync(string text, string? name = null, CancellationToken cancellation = default) =>
        Modules.GetAsync(Encoding.UTF8.GetBytes(text), name, cancellation);

    /// <summary>Compiles a module out of a file, binary or text, or finds it compiled already.</summary>
    /// <exception cref="WasmError"><c>module.unreadable</c>, <c>module.invalid</c></exception>
    public Task<WasmModule> LoadFileAsync(string path, CancellationToken cancellation = default) =>
        Modules.GetFileAsync(path, cancellation: cancellation);

    /// <summary>Compiles a module out of a stream that is read to its end, binary or text, or finds it compiled already.</summary>
    /// <exception cref="WasmError"><c>module.unreadable</c>, <c>module.invalid</c></exception>
    public Task<WasmModule> LoadStreamAsync(Stream stream, string? name = null, CancellationToken cancellation = default) =>
        Modules.GetStreamAsync(stream, name, cancellation);

    /// <summary>Checks that a module, binary or text, is valid and uses only features that the engine has, without compiling it.</summary>
    /// <param name="bytes">The module. It must not change until this is done.</param>
    /// <param name="cancellation">Cancels the wait; a check that has started continues to its end.</param>
    /// <exception cref="WasmError"><c>module.invalid</c> with Wasmtime's own message and offset.</exception>
    public Task ValidateAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default) =>
        Task.Run(() => WasmModule.Validate(Engine, bytes.Span), cancellation).WaitAsync(cancellation);

    /// <summary>Whether a worker accepts new work within a time. Workers do not if all of them are held by host functions that block, or by single long
    /// instructions.</summary>
    /// <param name="patience">Longest time to wait.</param>
    public async Task<bool> IsWorkingAsync(TimeSpan patience)
    {
        try
        {
            await _probe.Ask<Done>(Done.Instance, patience).ConfigureAwait(false);
            return true;
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    }

    /// <summary>Makes a store in an actor of its own.</summary>
    /// <exception cref="WasmError"><c>engine.bad_settings</c>: a limit is out of range; <c>host.full</c>: see
    /// <see cref="AdmissionOptions"/>.</exception>
    public async Task<StoreRef> CreateStoreAsync(StoreSpec? spec = null, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        spec ??= s_defaultSpec;
        if (Supervisor is ActorRefWithCell { Underlying: ActorCell supervisor })
        {
            try
            {
                return await _stores.StartAsync(supervisor, spec, s_createTime, cancellation).ConfigureAwait(false);
            }
            catch (WasmError full) when (full.Code == ErrorCode.HostFull)
            {
                await Passivator.MakeRoomAsync().WaitAsync(s_createTime, cancellation).ConfigureAwait(false);
            }

            return await _stores.StartAsync(supervisor, spec, s_createTime, cancellation).ConfigureAwait(false); // there may be room now
        }

        // The supervisor itself is only just being started.
        object reply = await Supervisor.Ask<object>(new HostProtocol.CreateStore(spec), s_createTime, cancellation).ConfigureAwait(false);
        return reply is HostProtocol.StoreCreated created
            ? created.Store
            : throw ((StoreProtocol.Failed)reply).Failure.ToException();
    }

    /// <summary>The stores and what was decided about them: replacements, circuits, reasons.</summary>
    /// <param name="maxStores">Most stores to tell of, at most 1,000: those in trouble come first.</param>
    /// <param name="cancellation">Gives the wait up.</param>
    public Task<HostStatus> GetStatusAsync(int maxStores = 100, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return Supervisor.Ask<HostStatus>(new HostProtocol.GetStatus(maxStores), s_createTime, cancellation);
    }

    /// <summary>Passivates stores that may be (<see cref="StoreSpec.PassivateAfter"/>) and are idle, the longest idle first.</summary>
    /// <param name="count">How many, at most.</param>
    /// <param name="cancellation">Gives the wait up; stores that were asked may be passivated all the same.</param>
    /// <returns>How many were passivated: fewer when fewer are idle, or when one is used at this very moment.</returns>
    public Task<int> PassivateIdleStoresAsync(int count, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return Passivator.PassivateAsync(count).WaitAsync(s_createTime, cancellation);
    }

    /// <summary>Stops the stores, the system if it is the host's own, and releases the engine.</summary>
    /// <remarks>What was sent before goes on for <see cref="WasmHostOptions.StopGrace"/>; then guests that run or wait are ended, and everybody
    /// who waits is answered <c>store.gone</c>. A host function that does not return is waited for a few seconds more; then its callers are
    /// answered without it, and its store and the engine are released when it does return.</remarks>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Passivator.Dispose();
        System.Stop(_probe);
        try
        {
            bool ended = await EndStoresAsync().ConfigureAwait(false);
            if (_ownsSystem)
            {
                await EndSystemAsync(ended).ConfigureAwait(false);
            }
        }
        finally
        {
            Modules.Dispose();
            Engine.Dispose();
        }
    }

    private static TimeSpan CheckGrace(TimeSpan grace) => grace >= TimeSpan.Zero && grace <= TimeSpan.FromDays(1)
        ? grace
        : throw new WasmError(ErrorCode.BadSettings, $"WasmHostOptions.StopGrace is {grace}; allowed is zero to one day.");

    private async Task<bool> EndStoresAsync()
    {
        try
        {
            var stop = new StoreSupervisor.StopStores(_stopGrace, s_stopPatience);
            return await Supervisor.GracefulStop(_stopGrace + s_stopPatience + s_stopTime, stop).ConfigureAwait(false);
        }
        catch (TaskCanceledException)
        {
            return false; // a host function has not returned
        }
    }

    private async Task EndSystemAsync(bool soon)
    {
        var end = System.Terminate();
        try
        {
            await end.WaitAsync(soon ? s_stopTime : TimeSpan.Zero).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _log.Warning("The actor system of the host ends later: some of its actors have not ended yet");
        }
    }
}
