using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;

namespace WasmActors.Guests;

/// <summary>Fetches npm packages at test time and keeps them in the user's cache; none of their code is run.</summary>
public static class NpmPackage
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    // Within a process each package is asked for once, so that a missing network costs its time once.
    private static readonly ConcurrentDictionary<string, Lazy<Task<GuestFile>>> Packages = new(StringComparer.Ordinal);

    /// <summary>The path of a file of a package, fetched with <c>npm pack</c> unless the cache has it.</summary>
    /// <param name="name">The package's name, with its scope.</param>
    /// <param name="version">The exact version.</param>
    /// <param name="pathInPackage">The file's path below the package's root, with forward slashes.</param>
    /// <exception cref="FileNotFoundException">The package has no such file: an error of the test.</exception>
    public static async Task<GuestFile> FileAsync(string name, string version, string pathInPackage)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(version);
        ArgumentException.ThrowIfNullOrEmpty(pathInPackage);

        var package = $"{name}@{version}";
        var folder = await Packages.GetOrAdd(package, p => new Lazy<Task<GuestFile>>(() => FetchAsync(p))).Value;
        if (folder.IsMissing)
            return folder;

        var file = Path.Combine(folder.Path, pathInPackage);
        return File.Exists(file)
            ? GuestFile.At(file)
            : throw new FileNotFoundException($"{package} has no file {pathInPackage}", file);
    }

    private static async Task<GuestFile> FetchAsync(string package)
    {
        var entry = GuestCache.Entry("npm", package);
        if (Directory.Exists(entry))
            return GuestFile.At(entry);

        try
        {
            return await FetchIntoAsync(package, entry);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return GuestFile.Missing($"{package} can't be kept in {entry}: {e.Message}");
        }
    }

    private static async Task<GuestFile> FetchIntoAsync(string package, string entry)
    {
        var work = GuestCache.NewWorkFolder();
        try
        {
            var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
            string[] arguments =
            [
                "pack", package, "--ignore-scripts", "--loglevel=error", "--no-update-notifier",
                "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000",
            ];
            var run = await Tool.RunAsync(npm, arguments, work, Deadline);
            if (run.Failure is not null)
                return GuestFile.Missing($"{package} can't be fetched: {run.Reason}");

            // The archive's files lie below one folder, by convention "package".
            var unpacked = Path.Combine(work, "unpacked");
            Directory.CreateDirectory(unpacked);
            await using (var archive = File.OpenRead(Directory.GetFiles(work, "*.tgz").Single()))
            await using (var tar = new GZipStream(archive, CompressionMode.Decompress))
                await TarFile.ExtractToDirectoryAsync(tar, unpacked, overwriteFiles: false);

            GuestCache.Publish(Directory.GetDirectories(unpacked).Single(), entry);
            return GuestFile.At(entry);
        }
        finally
        {
            GuestCache.Discard(work);
        }
    }
}
