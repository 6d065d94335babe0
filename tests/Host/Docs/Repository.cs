namespace WasmActors.Host.Tests.Docs;

/// <summary>Finds files of the checkout that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder with the solution.</summary>
    public static string Root => Checkout.Root;

    /// <summary>Every page, by its path from the root: those of the root, of <c>docs</c>, and of the packages.</summary>
    public static IEnumerable<string> Pages =>
        Directory.EnumerateFiles(Root, "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateDirectories(Path.Combine(Root, "src")).Select(static project => Path.Combine(project, "README.md")).Where(File.Exists))
            .Select(static file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    /// <summary>Returns the lines of a page.</summary>
    public static string[] Lines(string page) => File.ReadAllLines(Path.Combine(Root, page));
}
