using Akka.Actor;
using Akka.Event;
using Serilog;
using Serilog.Events;
using WasmActors.Runtime.Failures;
using AkkaLevel = Akka.Event.LogLevel;

namespace WasmActors.Actors.Telemetry;

/// <summary>Passes what Akka logs on to the Serilog logger of the system's <see cref="SerilogSetup"/>, with its source as properties.</summary>
internal sealed class SerilogLogger : ReceiveActor
{
    private readonly ILogger _log;

    public SerilogLogger()
    {
        _log = Context.System.Settings.Setup.Get<SerilogSetup>() is { HasValue: true } setup ? setup.Value.Logger : Log.Logger;
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<Akka.Event.LogEvent>(Write);
    }

    /// <summary>The name by which <c>akka.loggers</c> finds it.</summary>
    internal static string TypeName => $"{typeof(SerilogLogger).FullName}, {typeof(SerilogLogger).Assembly.GetName().Name}";

    private void Write(Akka.Event.LogEvent logged) => _log
        .ForContext("LogSource", logged.LogSource)
        .ForContext("ActorSystem", Context.System.Name)
        .Write(LevelOf(logged.LogLevel()), logged.Cause, "{AkkaMessage:l}", GuestText.Clean(logged.Message?.ToString() ?? "", GuestText.MessageLimit));

    private static LogEventLevel LevelOf(AkkaLevel level) => level switch
    {
        AkkaLevel.DebugLevel => LogEventLevel.Debug,
        AkkaLevel.InfoLevel => LogEventLevel.Information,
        AkkaLevel.WarningLevel => LogEventLevel.Warning,
        _ => LogEventLevel.Error,
    };
}
