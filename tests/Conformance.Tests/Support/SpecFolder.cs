namespace WasmActors.Conformance.Tests.Support;

/// <summary>Finds the specification's scripts beside the solution's folder.</summary>
internal static class SpecFolder
{
    /// <summary>Why tests are skipped without it.</summary>
    public const string Missing =
        "There is no folder shared/spec beside the solution's folder: put scripts of github.com/WebAssembly/testsuite there.";

    /// <summary>The folder, or null.</summary>
    public static string? Find()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "WasmActors.sln")))
        {
            root = root.Parent;
        }

        string? folder = root?.Parent is { } parent ? Path.Combine(parent.FullName, "shared", "spec") : null;
        return Directory.Exists(folder) ? folder : null;
    }
}
