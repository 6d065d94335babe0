using WasmActors.Host.Deployments.Watching;
using WasmActors.Host.Http;
using WasmActors.Host.Settings;
using WasmActors.Host.Triggers;

namespace WasmActors.Host.Cli.Serving;

/// <summary>
/// The kinds of triggers that there are, in the order in which they start. A new one gets a line here.
/// </summary>
internal static class TriggerTable
{
    /// <summary>Each line creates a trigger, or returns null if the settings do not ask for it.</summary>
    internal static IReadOnlyList<Func<HostSettings, ITrigger?>> All { get; } =
    [
        static settings => new HttpTrigger(settings),
        static settings => settings.Watch.Folder is { } folder ? new FolderTrigger(folder) : null,
    ];
}
