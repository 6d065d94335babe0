using System.Text.RegularExpressions;

namespace WasmActors.Host.Tests.Tidy;

/// <summary>The sources of the repository that these tests were built from.</summary>
internal static partial class SourceTree
{
    private static readonly Lazy<string?> s_root = new(FindRoot);

    /// <summary>The repository's folder, or null if the tests run without it.</summary>
    internal static string? Root => s_root.Value;

    /// <summary>Skips a test that runs without the sources.</summary>
    internal static void Require() => Skip.If(Root is null, "The sources are not there.");

    /// <summary>Returns the C# files below a folder, with their texts.</summary>
    /// <param name="folder">A path from the repository's folder, with slashes.</param>
    internal static IEnumerable<SourceFile> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root!, folder), "*.cs", SearchOption.AllDirectories)
            .Select(static path => (Path: path, Name: Path.GetRelativePath(Root!, path).Replace('\\', '/')))
            .Where(static f => !Built().IsMatch(f.Name))
            .OrderBy(static f => f.Name, StringComparer.Ordinal)
            .Select(static f => new SourceFile(f.Name, File.ReadAllLines(f.Path)));

    [GeneratedRegex("/(obj|bin)/")]
    private static partial Regex Built();

    private static string? FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "WasmActors.sln")))
            {
                return folder;
            }
        }

        return null;
    }
}
