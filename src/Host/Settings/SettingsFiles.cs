using Microsoft.Extensions.Configuration;

namespace WasmActors.Host.Settings;

/// <summary>Where settings come from, the later winning: the program's own config/appsettings.json, the file of <c>--config</c>, environment
/// variables (<c>WasmActors__Http__Urls__0</c>), options of the command line.</summary>
internal static class SettingsFiles
{
    /// <summary>Loads them all.</summary>
    /// <param name="file">The file of <c>--config</c>, or null.</param>
    /// <param name="options">What the command line sets, by full name.</param>
    /// <exception cref="SettingsException">A file is missing or is no JSON.</exception>
    public static IConfigurationRoot Load(string? file, IEnumerable<KeyValuePair<string, string?>> options)
    {
        var builder = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "config", "appsettings.json"), optional: false);
        if (file is not null)
        {
            builder.AddJsonFile(Path.GetFullPath(file), optional: false);
        }

        try
        {
            return builder.AddEnvironmentVariables().AddInMemoryCollection(options).Build();
        }
        catch (FileNotFoundException)
        {
            throw new SettingsException([$"--config '{file}' is no file."]);
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException or UnauthorizedAccessException or FormatException)
        {
            throw new SettingsException([$"{problem.Message} {problem.InnerException?.Message}".Trim()]);
        }
    }
}
