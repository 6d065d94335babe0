using WasmActors.Host.Persistence;

namespace WasmActors.Host.Settings;

/// <summary>Where the catalogue, the modules and the API keys are kept. The same for all nodes of a cluster.</summary>
internal sealed record DatabaseSettings
{
    /// <summary>Default <see cref="DatabaseKind.Sqlite"/>.</summary>
    public required DatabaseKind Kind { get; init; }

    /// <summary>The file of SQLite. Default wasmactors.db in the data folder.</summary>
    public required string File { get; init; }

    /// <summary>Connection string of PostgreSQL; a secret where it has a password.</summary>
    public required string Connection { get; init; }

    internal static DatabaseSettings Read(SettingsReader reader, string dataFolder)
    {
        var settings = new DatabaseSettings
        {
            Kind = reader.Choice("Database:Kind", ("sqlite", DatabaseKind.Sqlite), ("postgresql", DatabaseKind.PostgreSql)),
            File = Path.GetFullPath(reader.Text("Database:File", Path.Combine(dataFolder, "wasmactors.db"))),
            Connection = reader.Text("Database:Connection", ""),
        };
        if (settings.Kind == DatabaseKind.PostgreSql && settings.Connection.Length == 0)
        {
            reader.Problem("Database:Connection", "is empty; a connection string of PostgreSQL is expected, such as Host=10.0.0.5;Database=wasmactors;Username=wasmactors");
        }

        return settings;
    }

    /// <summary>Opens the database.</summary>
    public Task<FunctionDatabase> OpenAsync(CancellationToken cancellation) => Kind == DatabaseKind.Sqlite
        ? FunctionDatabase.OpenFileAsync(File, cancellation)
        : FunctionDatabase.OpenAsync(Kind, Connection, cancellation);
}
