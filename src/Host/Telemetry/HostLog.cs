using Microsoft.Extensions.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Debugging;
using Serilog.Settings.Configuration;
using WasmActors.Actors.Telemetry;
using WasmActors.Host.Persistence;
using WasmActors.Host.Settings;
using WasmActors.Host.Telemetry.Logging;

namespace WasmActors.Host.Telemetry;

/// <summary>The log of <c>wasmactors serve</c>, as the section Serilog of its settings says.</summary>
internal static class HostLog
{
    private const string FilePath = "Serilog:WriteTo:File:Args:path";
    private static readonly TimeSpan s_stopPatience = TimeSpan.FromSeconds(2);
    private static readonly ConfigurationReaderOptions s_options = new(typeof(ConsoleLoggerConfigurationExtensions).Assembly, typeof(FileLoggerConfigurationExtensions).Assembly);
    private const string Folder = "logs";
    private const string Ending = ".log";

    /// <summary>Where the log file is when the settings do not say: in the data folder, a file for each day.</summary>
    public static KeyValuePair<string, string?> DefaultFile(string dataFolder) => new(FilePath, Path.Combine(dataFolder, Folder, $"wasmactors-{Ending}"));

    /// <summary>Closes the default log folder, and the files that an earlier version left in it, to other users.</summary>
    /// <exception cref="IOException">A file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">A file is another user's and open to others.</exception>
    public static void CloseFolder(string dataFolder)
    {
        string folder = Path.Combine(dataFolder, Folder);
        PrivateFiles.CloseFolder(folder, static name => name.EndsWith(Ending, StringComparison.Ordinal));
        foreach (string file in Directory.EnumerateFiles(folder, $"*{Ending}"))
        {
            PrivateFiles.CloseIfExists(file);
        }
    }

    /// <summary>Makes the logger, to be disposed of by who asks for it.</summary>
    /// <exception cref="SettingsException">The section cannot be used.</exception>
    public static Logger Create(IConfiguration configuration, string dataFolder)
    {
        var byDefault = DefaultFile(dataFolder);
        var sources = new ConfigurationBuilder();
        if (configuration.GetSection("Serilog:WriteTo:File").GetChildren().Any())
        {
            sources.AddInMemoryCollection([byDefault]);
        }

        foreach (var sink in configuration.GetSection("Serilog:WriteTo").GetChildren().Where(static sink => sink["Name"] == "File" && !IsShared(sink)))
        {
            sources.AddInMemoryCollection([new($"{sink.Path}:Args:hooks", PrivateLogFile.Setting)]);
        }

        var problems = new List<string>();
        SelfLog.Enable(problems.Add);
        try
        {
            var all = sources.AddConfiguration(configuration).Build();
            var outer = new LoggerConfiguration()
                .ReadFrom.Configuration(LogSections.WithoutSinks(all), s_options)
                .Enrich.FromLogContext()
                .Enrich.With<StoreEnricher>()
                .Enrich.With<RequestEnricher>()
                .Filter.With<ClusterNoise>();
            foreach (var (name, section) in LogSections.SinksOf(all))
            {
                var sink = new LoggerConfiguration().ReadFrom.Configuration(section, s_options).MinimumLevel.Verbose().CreateLogger();
                outer.WriteTo.Sink(new LogDestination(name, sink, s_stopPatience));
            }

            var logger = outer.CreateLogger();
            return problems.Count == 0 ? logger : throw new SettingsException(problems);
        }
        catch (SettingsException)
        {
            throw;
        }
        catch (Exception wrong) when (wrong is not OutOfMemoryException)
        {
            throw new SettingsException([$"Serilog cannot be configured as it is set: {wrong.GetBaseException().Message}"]);
        }
        finally
        {
            SelfLog.Disable();
        }
    }

    // Serilog has no hooks for files that several processes write. Nodes never share one: a process holds its data folder.
    private static bool IsShared(IConfigurationSection sink) => bool.TryParse(sink["Args:shared"], out bool shared) && shared;
}
