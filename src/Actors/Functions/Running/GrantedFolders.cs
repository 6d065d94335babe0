using WasmActors.Runtime.Calls;

namespace WasmActors.Actors.Functions.Running;

/// <summary>Whether a node lets functions have the folders that their deployments grant: who may deploy must not thereby read all that the node can.</summary>
internal static class GrantedFolders
{
    /// <param name="spec">What grants folders.</param>
    /// <param name="allowed">Folders that may be granted, with those in them; null for any.</param>
    /// <exception cref="WasmError"><c>function.not_granted</c></exception>
    internal static void Check(FunctionSpec spec, IReadOnlyList<string>? allowed)
    {
        foreach (var folder in spec.Grants.Folders)
        {
            if (allowed is not null && !allowed.Any(root => IsWithin(folder.HostPath, root)))
            {
                string list = allowed.Count == 0 ? "none" : string.Join(", ", allowed);
                throw new WasmError(FunctionErrorCode.NotGranted, $"'{spec.Name}' is granted the folder {GuestText.Clean(folder.HostPath, GuestText.NameLimit)}, which this node lets no function have: it allows {list}.");
            }
        }
    }

    // By where they really are: a link must not lead out.
    private static bool IsWithin(string path, string root)
    {
        string real = Real(path);
        string top = Real(root);
        return real == top || real.StartsWith(top.EndsWith(Path.DirectorySeparatorChar) ? top : top + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }

    private static string Real(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (TargetOf(full) is { } target)
        {
            return Real(target);
        }

        return Path.GetDirectoryName(full) is { } parent ? Path.Combine(Real(parent), Path.GetFileName(full)) : full;
    }

    // Null for what is no link, or is not there, or goes round in circles: that cannot be opened.
    private static string? TargetOf(string path)
    {
        try
        {
            return new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
