using System.Data.Common;
using WasmActors.Host.Persistence;
using WasmActors.Host.Persistence.States;
using WasmActors.Host.Settings;

namespace WasmActors.Host.Cli.Serving;

/// <summary>Opens the database of a node.</summary>
internal static class NodeDatabase
{
    // SQLite makes the files beside the database with its mode. Some may be left of an earlier version.
    private static readonly string[] s_beside = ["-wal", "-shm", "-journal"];

    /// <summary>Opens it for a node that starts: closes its files to other users, and makes sure that it is the one that the node used before.</summary>
    /// <exception cref="CommandLineException"><c>database.unavailable</c>, <c>database.replaced</c></exception>
    public static Task<FunctionDatabase> OpenAsync(HostSettings settings, bool acceptsNew, CancellationToken cancellation) => OpenAsync(settings.Database, async () =>
    {
        var mark = new DatabaseMark(settings, acceptsNew);
        await mark.CheckFileAsync(cancellation).ConfigureAwait(false);
        if (settings.Database.Kind == DatabaseKind.Sqlite)
        {
            PrivateFiles.CreateFolder(Path.GetDirectoryName(settings.Database.File)!);
            PrivateFiles.Create(settings.Database.File);
            foreach (string ending in s_beside)
            {
                PrivateFiles.CloseIfExists(settings.Database.File + ending);
            }
        }

        var database = await settings.Database.OpenAsync(cancellation).ConfigureAwait(false);
        await mark.CheckAsync(database, cancellation).ConfigureAwait(false);
        return database;
    });

    /// <summary>Opens the database of states, and makes sure that it is the one that belongs to the catalogue's.</summary>
    /// <exception cref="CommandLineException"><c>database.unavailable</c>, <c>database.replaced</c></exception>
    public static async Task<SqlStateStore> OpenStatesAsync(HostSettings settings, FunctionDatabase database, bool acceptsNew, CancellationToken cancellation)
    {
        try
        {
            return settings.Database.Kind == DatabaseKind.Sqlite
                ? await StateDatabase.OpenFileAsync(settings.State.File, settings.State.Store, new StateMark(database.Cluster, acceptsNew), cancellation).ConfigureAwait(false)
                : await StateDatabase.OpenPostgresAsync(settings.Database.Connection, settings.State.Store, cancellation).ConfigureAwait(false);
        }
        catch (StateReplacedException replaced)
        {
            throw new CommandLineException(
                "database.replaced",
                replaced.Message,
                $"Restore the file, or correct WasmActors:State:File. To continue without the states of durable keys, start once with {DatabaseMark.Option}.",
                ExitCodes.Node);
        }
        catch (Exception failure) when (failure is DbException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            string what = settings.Database.Kind == DatabaseKind.Sqlite ? $"the file {settings.State.File}" : "PostgreSQL";
            throw new CommandLineException("database.unavailable", $"The database of states cannot be opened ({what}): {failure.Message}", "Check WasmActors:State:File, and that the database runs and lets this program in.", ExitCodes.Node);
        }
    }

    /// <summary>Opens one that exists.</summary>
    /// <exception cref="CommandLineException"><c>database.unavailable</c></exception>
    public static Task<FunctionDatabase> OpenExistingAsync(DatabaseSettings settings, CancellationToken cancellation) => OpenAsync(settings, () =>
        settings.Kind != DatabaseKind.Sqlite || new FileInfo(settings.File) is { Exists: true, Length: > 0 }
            ? settings.OpenAsync(cancellation)
            : throw new FileNotFoundException("There is no database in this file."));

    private static async Task<FunctionDatabase> OpenAsync(DatabaseSettings settings, Func<Task<FunctionDatabase>> open)
    {
        try
        {
            return await open().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is DbException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            string what = settings.Kind == DatabaseKind.Sqlite ? $"the file {settings.File}" : "PostgreSQL";
            throw new CommandLineException("database.unavailable", $"The database cannot be opened ({what}): {failure.Message}", "Check the settings below WasmActors:Database, and that the database runs and lets this program in.", ExitCodes.Node);
        }
    }
}
