namespace WasmActors.Guests;

/// <summary>
/// The folder in the user's cache where guests stay between test runs. An entry is made under a name of its own
/// and then renamed, so that test processes racing for it never see half of one.
/// </summary>
internal static class GuestCache
{
    private static readonly string Root = Path.Combine(UserCache(), "wasmactors-tests");

    /// <summary>The absolute path of a cache entry, which may not exist yet.</summary>
    public static string Entry(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>Makes an empty folder on the entries' file system, for work that may fail half way.</summary>
    public static string NewWorkFolder()
    {
        var folder = Entry("work", Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>Puts a finished file or folder into its place; when another process was faster, its entry stays.</summary>
    public static void Publish(string made, string entry)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(entry)!);
        try
        {
            Directory.Move(made, entry);
        }
        catch (IOException) when (Path.Exists(entry))
        {
            // The other process made the same thing.
        }
    }

    /// <summary>Removes a work folder with what is left in it.</summary>
    public static void Discard(string workFolder)
    {
        try
        {
            Directory.Delete(workFolder, recursive: true);
        }
        catch (IOException)
        {
            // A leftover in the cache harms nobody.
        }
    }

    private static string UserCache()
    {
        if (OperatingSystem.IsWindows())
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);

        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!string.IsNullOrEmpty(cache) && Path.IsPathRooted(cache))
            return cache;

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0 ? Path.Combine(home, ".cache") : Path.GetTempPath();
    }
}
