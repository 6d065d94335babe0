using Microsoft.Extensions.Configuration;
using WasmActors.Host.Settings;

namespace WasmActors.Host.Cli.Serving;

/// <summary>Where the settings of a node come from.</summary>
/// <param name="ConfigFile">The file of <c>--config</c>, or null.</param>
/// <param name="Overrides">Settings of the command line.</param>
internal sealed record ServeSettings(string? ConfigFile, IReadOnlyList<KeyValuePair<string, string?>> Overrides)
{
    /// <summary>Whether a database is accepted that is not the one that the node used before.</summary>
    public bool AcceptsNewDatabase { get; init; }

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="CommandLineException"><c>settings.invalid</c></exception>
    public HostSettings Load(out IConfigurationRoot configuration)
    {
        try
        {
            configuration = SettingsFiles.Load(ConfigFile, Overrides);
            return HostSettings.Read(configuration);
        }
        catch (SettingsException wrong)
        {
            throw new CommandLineException("settings.invalid", wrong.Message, "docs/settings.md lists all settings with what is allowed. Nothing was started.", ExitCodes.Usage);
        }
    }
}
