using Serilog;
using WasmActors.Actors.Admission;
using WasmActors.Runtime.Modules;

namespace WasmActors.Actors.Handles;

/// <summary>What a host is started with.</summary>
public sealed record WasmHostOptions
{
    /// <summary>The engine's settings. Default: <see cref="EngineSettings"/>' own defaults.</summary>
    public EngineSettings Engine { get; init; } = new();

    /// <summary>Where compiled modules are kept. Default: the user's cache folder, see <see cref="ModuleCacheOptions"/>.</summary>
    public ModuleCacheOptions Cache { get; init; } = new();

    /// <summary>Stores that run at the same time. Default 0: the number of processors, at least 2. Used by
    /// <see cref="WasmHost.StartAsync"/> only; an attached system has its own configuration (<c>wasmactors.dispatcher</c>).</summary>
    public int Parallelism { get; init; }

    /// <summary>How much the host takes on before it refuses more. Default: <see cref="AdmissionOptions"/>' own defaults.</summary>
    public AdmissionOptions Admission { get; init; } = new();

    /// <summary>Where the host logs. Default: nowhere.</summary>
    public ILogger Logger { get; init; } = Serilog.Core.Logger.None;

    /// <summary>How long calls that are under way may go on when the host is disposed, until their guests are ended. Default 1 s; zero
    /// ends them at once.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(1);
}
