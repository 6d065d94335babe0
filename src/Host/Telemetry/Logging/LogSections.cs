using Microsoft.Extensions.Configuration;
using WasmActors.Host.Settings;

namespace WasmActors.Host.Telemetry.Logging;

/// <summary>Splits the section Serilog of the settings: what makes events, and each sink by itself.</summary>
internal static class LogSections
{
    private const string Sinks = "Serilog:WriteTo";

    // What the settings of a sink may refer to.
    private static readonly string[] s_shared = ["Serilog:Using", "Serilog:LevelSwitches"];

    /// <summary>The section without its sinks: levels, filters, enrichers, properties.</summary>
    /// <exception cref="SettingsException">The section has sinks that whoever logs would have to wait for.</exception>
    public static IConfiguration WithoutSinks(IConfiguration configuration) => configuration.GetSection("Serilog:AuditTo").GetChildren().Any()
        ? throw new SettingsException(["Serilog:AuditTo is set: whoever logs would wait for these sinks, and a stalled one would stop the node. Use Serilog:WriteTo."])
        : Of(configuration.GetSection("Serilog").AsEnumerable().Where(static setting => !IsBelow(setting.Key, Sinks)));

    /// <summary>Each sink with its name and a section that has nothing but this sink.</summary>
    public static IEnumerable<(string Name, IConfiguration Section)> SinksOf(IConfiguration configuration)
    {
        var shared = s_shared.SelectMany(name => configuration.GetSection(name).AsEnumerable()).ToList();
        foreach (var sink in configuration.GetSection(Sinks).GetChildren())
        {
            yield return (sink["Name"] ?? sink.Value ?? sink.Key, Of(shared.Concat(sink.AsEnumerable())));
        }
    }

    private static bool IsBelow(string key, string section) =>
        key.StartsWith(section, StringComparison.OrdinalIgnoreCase) && (key.Length == section.Length || key[section.Length] == ':');

    private static IConfigurationRoot Of(IEnumerable<KeyValuePair<string, string?>> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Where(static setting => setting.Value is not null)).Build();
}
