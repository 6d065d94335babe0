using Akka.Actor.Setup;
using Serilog;

namespace WasmActors.Actors.Telemetry;

/// <summary>Tells an actor system which Serilog logger its own messages go to.</summary>
/// <param name="logger">The logger; the system does not close it.</param>
public sealed class SerilogSetup(ILogger logger) : Setup
{
    /// <summary>The logger.</summary>
    public ILogger Logger { get; } = logger;
}
