namespace WasmActors.Host.Settings;

/// <summary>The watched folder.</summary>
internal sealed record WatchSettings
{
    /// <summary>A folder whose modules are deployed, as a full path. Default null: none is watched.</summary>
    public required string? Folder { get; init; }

    internal static WatchSettings Read(SettingsReader reader) => new()
    {
        Folder = reader.Text("Watch:Folder", "") is { Length: > 0 } folder ? Path.GetFullPath(folder) : null,
    };
}
