using System.Text.RegularExpressions;
using WasmActors.Host.Tests.Docs;

namespace WasmActors.Host.Tests.Tidy;

/// <summary>The sources of the repository that these tests were built from.</summary>
internal static partial class SourceTree
{
    /// <summary>Returns the C# files below a folder, with their texts.</summary>
    /// <param name="folder">A path from the repository's folder, with slashes.</param>
    internal static IEnumerable<SourceFile> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(static path => (Path: path, Name: Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')))
            .Where(static f => !Built().IsMatch(f.Name))
            .OrderBy(static f => f.Name, StringComparer.Ordinal)
            .Select(static f => new SourceFile(f.Name, File.ReadAllLines(f.Path)));

    [GeneratedRegex("/(obj|bin)/")]
    private static partial Regex Built();
}
