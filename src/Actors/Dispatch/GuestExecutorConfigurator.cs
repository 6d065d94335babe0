using Akka.Configuration;
using Akka.Dispatch;

namespace WasmActors.Actors.Dispatch;

/// <summary>Makes the executor that <c>wasmactors.dispatcher</c> names in config/wasmactors.conf.</summary>
/// <remarks>
/// Setting: <c>guest-executor.parallelism</c>, the number of stores that run at the same time; 0, the default, means the
/// number of processors, at least 2.
/// </remarks>
public sealed class GuestExecutorConfigurator : ExecutorServiceConfigurator
{
    private readonly int _parallelism;

    /// <summary>Reads the settings; Akka calls this.</summary>
    public GuestExecutorConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites)
    {
        int wanted = config.GetInt("guest-executor.parallelism", 0);
        _parallelism = wanted > 0 ? wanted : Math.Max(2, Environment.ProcessorCount);
    }

    /// <inheritdoc/>
    public override ExecutorService Produce(string id) => new GuestExecutor(id, _parallelism);
}
