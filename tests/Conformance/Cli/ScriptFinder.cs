namespace WasmActors.Conformance.Cli;

/// <summary>Finds the scripts that are to be run.</summary>
internal static class ScriptFinder
{
    /// <summary>The files named, and all <c>.wast</c> files below the folders named, in order of their names.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="filter">Text that a file's path must contain, or null.</param>
    /// <exception cref="UsageException">A path does not exist, or no script is left.</exception>
    public static IReadOnlyList<string> Find(IReadOnlyList<string> paths, string? filter)
    {
        var files = new List<string>();
        foreach (string path in paths)
        {
            if (Directory.Exists(path))
            {
                files.AddRange(Directory.EnumerateFiles(path, "*.wast", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
            }
            else if (File.Exists(path))
            {
                files.Add(path);
            }
            else
            {
                throw new UsageException($"There is no file or folder {path}.");
            }
        }

        string[] chosen = [.. files.Distinct(StringComparer.Ordinal).Where(file => filter is null || file.Contains(filter, StringComparison.Ordinal))];
        return chosen.Length > 0
            ? chosen
            : throw new UsageException(filter is null ? $"There is no .wast file in {string.Join(", ", paths)}." : $"No .wast file has {filter} in its path.");
    }
}
