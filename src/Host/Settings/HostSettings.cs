using System.Globalization;
using Microsoft.Extensions.Configuration;
using WasmActors.Functions.Api;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Limits;

namespace WasmActors.Host.Settings;

/// <summary>All settings of <c>wasmactors serve</c>, checked. docs/settings.md documents them.</summary>
internal sealed record HostSettings
{
    /// <summary>Folder of what the node keeps on disk, as a full path. Default wasmactors-data where it is started.</summary>
    public required string DataFolder { get; init; }

    public required NodeSettings Node { get; init; }

    public required TlsSettings Tls { get; init; }

    public required HttpSettings Http { get; init; }

    public required DatabaseSettings Database { get; init; }

    public required StateSettings State { get; init; }

    public required FunctionSettings Functions { get; init; }

    public required StoreSettings Stores { get; init; }

    public required ModuleSettings Modules { get; init; }

    public required TelemetrySettings Telemetry { get; init; }

    public required WatchSettings Watch { get; init; }

    /// <summary>How long a stop may take before the process is ended: requests and keyed stores have the grace time one after the other, and
    /// leaving the cluster takes some seconds.</summary>
    public TimeSpan StopsWithin => Http.DrainFor + (2 * Functions.Grace) + TimeSpan.FromSeconds(35);

    /// <summary>Reads and checks them.</summary>
    /// <exception cref="SettingsException">Something is wrong: all of it is named.</exception>
    public static HostSettings Read(IConfiguration configuration) => Read(new SettingsReader(configuration));

    /// <summary>Reads and checks them, with a reader that can be asked for their names then.</summary>
    /// <exception cref="SettingsException">Something is wrong: all of it is named.</exception>
    public static HostSettings Read(SettingsReader reader)
    {
        string data = Path.GetFullPath(reader.Text("DataFolder", "wasmactors-data"));
        var tls = TlsSettings.Read(reader);
        var database = DatabaseSettings.Read(reader, data);
        var settings = new HostSettings
        {
            DataFolder = data,
            Node = NodeSettings.Read(reader, tls),
            Tls = tls,
            Http = HttpSettings.Read(reader),
            Database = database,
            State = StateSettings.Read(reader, database, data),
            Functions = FunctionSettings.Read(reader),
            Stores = StoreSettings.Read(reader),
            Modules = ModuleSettings.Read(reader, data),
            Telemetry = TelemetrySettings.Read(reader),
            Watch = WatchSettings.Read(reader),
        };
        CheckFeatures(settings, reader);
        if (settings.Functions.LiveKeys > FunctionHostOptions.MostLiveKeys(settings.Stores.MaxStacks))
        {
            reader.Problem("Functions:LiveKeys", string.Create(CultureInfo.InvariantCulture, $"is {settings.Functions.LiveKeys}; with Stores:MaxStacks at {settings.Stores.MaxStacks} three quarters of that are allowed, {FunctionHostOptions.MostLiveKeys(settings.Stores.MaxStacks)}: the other stacks are for stateless functions and for stores that are being stopped"));
        }

        reader.Finish();
        return settings;
    }

    private static void CheckFeatures(HostSettings settings, SettingsReader reader)
    {
        if (settings.Stores.Features.HasFlag(WasmFeatures.Exceptions) && !settings.Stores.Features.HasFlag(WasmFeatures.Gc))
        {
            reader.Problem("Stores:Features", "has exceptions and not gc, which they need");
        }

        var beyond = settings.Functions.Features & ~settings.Stores.Features;
        if (beyond != WasmFeatures.None)
        {
            reader.Problem("Functions:Features", $"has {string.Join(", ", FeatureText.NamesOf(beyond))}, which Stores:Features leaves out");
        }
    }
}
