using Akka.Configuration;
using Akka.Dispatch;

namespace WasmActors.Actors.Dispatch;

/// <summary>Makes the executor that <c>wasmactors.dispatcher</c> names in config/wasmactors.conf.</summary>
/// <remarks>
/// Settings, under <c>guest-executor</c>: <c>parallelism</c>, the number of stores that run at the same time (default 0: the number
/// of processors, at least 2); <c>foreground-slices</c>, how many time slices a call has before it sinks to the background
/// (default 2); <c>aging</c>, after how long without its turn a paused guest goes first (default 50 ms); <c>reserve</c>, how many
/// of the stores that run at the same time are those of tenants whose calls are short, while guests of others keep on (default 1).
/// </remarks>
public sealed class GuestExecutorConfigurator : ExecutorServiceConfigurator
{
    private readonly GuestExecutorSettings _settings;

    /// <summary>Reads the settings; Akka calls this.</summary>
    public GuestExecutorConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites)
        => _settings = GuestExecutorSettings.From(config);

    /// <inheritdoc/>
    public override ExecutorService Produce(string id) => new GuestExecutor(id, _settings);
}
