using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Files;

namespace WasmActors.Runtime.Wasi;

/// <summary>The folders of a store, held open until Wasmtime has opened them too: what was judged is what it gets.</summary>
internal sealed class OpenFolders : IDisposable
{
    private readonly List<FolderHandle> _open = [];

    /// <summary>Opens a folder.</summary>
    /// <returns>The path that Wasmtime opens it by.</returns>
    /// <exception cref="WasmError"><c>wasi.bad_configuration</c></exception>
    internal string Add(PreopenedFolder folder)
    {
        if (folder.Within is null)
        {
            return folder.HostPath;
        }

        var opened = OpenWithin(folder, out var problem) ?? throw new WasmError(ErrorCode.WasiBadConfiguration, $"WASI: {Explain(folder, problem)}.");
        _open.Add(opened);
        return opened.ProcPath;
    }

    public void Dispose() => _open.ForEach(static folder => folder.Dispose());

    /// <summary>What stands against opening a folder within another now.</summary>
    internal static FolderProblem Try(PreopenedFolder folder)
    {
        using var opened = OpenWithin(folder, out var problem);
        return problem;
    }

    /// <summary>The rest of a path below a folder, judged by their names alone: <c>..</c> stays in it. Null for a path that does not begin with it.</summary>
    internal static string? Below(string path, string folder)
    {
        string[] names = Names(path);
        string[] root = Names(folder);
        return Path.IsPathFullyQualified(path) && names.AsSpan().StartsWith(root) ? string.Join('/', names[root.Length..]) : null;
    }

    internal static string Explain(PreopenedFolder folder, FolderProblem problem)
    {
        string path = GuestText.Clean(folder.HostPath, GuestText.NameLimit);
        return problem switch
        {
            FolderProblem.Missing => $"the folder {path} does not exist",
            FolderProblem.NotAFolder => $"{path} is no folder",
            FolderProblem.LeadsOut => $"the folder {path} leads out of {folder.Within}, in which it must lie: links within it must be relative and stay in it",
            FolderProblem.NoAccess => $"the folder {path} may not be entered by the user of this process",
            _ => $"the folder {path} cannot be opened",
        };
    }

    private static FolderHandle? OpenWithin(PreopenedFolder folder, out FolderProblem problem)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new WasmError(ErrorCode.WasiBadConfiguration, "WASI: folders that must lie within others can be opened on Linux only.");
        }

        if (Below(folder.HostPath, folder.Within!) is not { } rest)
        {
            problem = FolderProblem.LeadsOut;
            return null;
        }

        using var root = FolderHandle.Open(folder.Within!, out problem);
        return root?.OpenBeneath(rest, out problem);
    }

    private static string[] Names(string path) => [.. path.Split('/').Where(static name => name is not ("" or "."))];
}
