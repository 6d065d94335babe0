using WasmActors.Host.Persistence;
using WasmActors.Host.Settings;

namespace WasmActors.Host.Cli.Serving;

/// <summary>
/// Which database a node uses, in a file of its data folder. A database that was emptied, deleted or replaced would start as a new host,
/// without functions and with a new key for whoever reads the output: such a start is rejected, unless it is asked for.
/// </summary>
/// <param name="settings">The settings.</param>
/// <param name="acceptsNew">Whether any database is accepted, and remembered from then on.</param>
internal sealed class DatabaseMark(HostSettings settings, bool acceptsNew)
{
    /// <summary>The option that accepts it.</summary>
    public const string Option = "--new-database";

    /// <summary>The file's name.</summary>
    public const string FileName = "database.id";

    // Another node that shares the file may be making it.
    private static readonly TimeSpan s_making = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);

    private string Path => System.IO.Path.Combine(settings.DataFolder, FileName);

    /// <summary>Makes sure that SQLite's file is not one that was emptied, or is missing although the node has used one.</summary>
    /// <exception cref="CommandLineException"><c>database.replaced</c></exception>
    public async Task CheckFileAsync(CancellationToken cancellation)
    {
        if (settings.Database.Kind != DatabaseKind.Sqlite || acceptsNew)
        {
            return;
        }

        string file = settings.Database.File;
        if (!File.Exists(file))
        {
            if (await ReadAsync(cancellation).ConfigureAwait(false) is not null)
            {
                throw Refused($"The database is missing: there is no file {file}, though this node has used one.");
            }

            return;
        }

        long since = TimeProvider.System.GetTimestamp();
        while (new FileInfo(file) is { Exists: true, Length: 0 })
        {
            if (TimeProvider.System.GetElapsedTime(since) > s_making)
            {
                throw Refused($"The database is empty: the file {file} has no bytes, which no database has.");
            }

            await Task.Delay(s_poll, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Makes sure that the open database is the one that the node used before, and remembers it.</summary>
    /// <exception cref="CommandLineException"><c>database.replaced</c></exception>
    public async Task CheckAsync(FunctionDatabase database, CancellationToken cancellation)
    {
        string? before = await ReadAsync(cancellation).ConfigureAwait(false);
        if (before == database.Identity)
        {
            return;
        }

        if (before is not null && !acceptsNew)
        {
            throw Refused("The database is not the one that this node used before: it was emptied or replaced.");
        }

        string written = $"{Path}.new";
        var file = PrivateFiles.Open(written, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write });
        await using (file.ConfigureAwait(false))
        {
            using var writer = new StreamWriter(file);
            await writer.WriteLineAsync(database.Identity).ConfigureAwait(false);
        }

        File.Move(written, Path, overwrite: true);
    }

    private async Task<string?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            PrivateFiles.CloseIfExists(Path);
            string text = await File.ReadAllTextAsync(Path, cancellation).ConfigureAwait(false);
            return text.Trim() is { Length: > 0 } identity ? identity : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static CommandLineException Refused(string problem) => new(
        "database.replaced",
        $"{problem} Functions and API keys would be gone.",
        $"Restore the database, or correct the settings below WasmActors:Database. To go on with this one, start once with {Option}.",
        ExitCodes.Node);
}
