namespace WasmActors.Tests.Support;

/// <summary>The sources that the tests were built from.</summary>
internal static class Checkout
{
    private const string Solution = "WasmActors.sln";

    /// <summary>The folder of the solution.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>The configuration that the tests were built in: Debug or Release.</summary>
    internal static string Configuration { get; } =
        Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)))!;

    /// <summary>Returns the path of a file or folder of the sources.</summary>
    internal static string In(params string[] names) => Path.Combine([Root, .. names]);

    /// <summary>Returns the path of a program that another project builds.</summary>
    /// <param name="folder">The folder of its project, from the solution's.</param>
    /// <param name="assembly">The name of its file without the extension.</param>
    internal static string ProgramOf(string folder, string assembly) =>
        In(folder, "bin", Configuration, Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), $"{assembly}.dll");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, Solution)))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside a checkout.");
        }

        return folder.FullName;
    }
}
