using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Deployments;

/// <summary>A folder of modules to be deployed, one function each: its files <c>*.wasm</c> and <c>*.wat</c>, not those of folders in it.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Modules">Paths of the modules, in the order of their names, each for another function.</param>
/// <param name="Refused">Why the other modules in it are not deployed: <c>function.bad_name</c>.</param>
internal sealed record DeploymentFolder(string Path, IReadOnlyList<string> Modules, IReadOnlyList<WasmError> Refused)
{
    private static readonly string[] s_extensions = [".wasm", ".wat"];

    /// <summary>Names of functions that several modules in it would be, so that none of them is.</summary>
    public IReadOnlySet<string> Contested { get; private init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Looks at what is there now. Hidden files (<c>.name</c>) are left alone.</summary>
    /// <exception cref="WasmError"><c>module.unreadable</c>: the folder cannot be read.</exception>
    public static DeploymentFolder Read(string path)
    {
        var modules = new List<string>();
        var refused = new List<WasmError>();
        var contested = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sameName in Files(path).Where(IsModule).Order(StringComparer.Ordinal).GroupBy(file => NameOf(file, refused), StringComparer.Ordinal))
        {
            if (sameName.Key is not { } name)
            {
                continue;
            }

            var files = sameName.ToList();
            if (files.Count == 1)
            {
                modules.Add(files[0]);
            }
            else
            {
                contested.Add(name);
                refused.Add(new WasmError(FunctionErrorCode.BadName, $"{string.Join(" and ", files.Select(static f => GuestText.Clean(f, GuestText.NameLimit)))} would both be the function '{name}': rename or remove all but one."));
            }
        }

        return new DeploymentFolder(path, modules, refused) { Contested = contested };
    }

    private static bool IsModule(string path) =>
        s_extensions.Contains(System.IO.Path.GetExtension(path), StringComparer.Ordinal) && !System.IO.Path.GetFileName(path).StartsWith('.');

    private static string? NameOf(string path, List<WasmError> refused)
    {
        try
        {
            return DeploymentName.Of(path);
        }
        catch (WasmError bad)
        {
            refused.Add(bad);
            return null;
        }
    }

    private static string[] Files(string path)
    {
        try
        {
            return Directory.GetFiles(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new WasmError(ErrorCode.ModuleUnreadable, $"The folder {path} cannot be read: {unreadable.Message}", unreadable);
        }
    }
}
