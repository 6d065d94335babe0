using Serilog;
using Serilog.Events;
using Serilog.Sinks.SystemConsole.Themes;

namespace WasmActors.Host.Cli.Output;

/// <summary>The log that <c>--verbose</c> shows on standard error.</summary>
internal static class VerboseLog
{
    /// <summary>A logger to be disposed; it writes nothing unless it is wanted.</summary>
    public static Serilog.Core.Logger Create(Terminal terminal, bool wanted) => wanted
        ? new LoggerConfiguration()
            .MinimumLevel.Debug()
            .WriteTo.Console(
                outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}",
                standardErrorFromLevel: LogEventLevel.Verbose,
                theme: terminal.ErrorHasColour ? AnsiConsoleTheme.Literate : ConsoleTheme.None)
            .CreateLogger()
        : new LoggerConfiguration().CreateLogger();
}
