using WasmActors.Functions.Api;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Files;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Functions.Sessions;

/// <summary>Whether a node lets functions have the folders that their deployments grant: who may deploy must not
/// thereby read all that the node can.</summary>
internal static class GrantedFolders
{
    /// <summary>Checks the folders as they are now. Stores open them with the same bound again, since guests may have
    /// changed them.</summary>
    /// <param name="spec">What grants folders.</param>
    /// <param name="allowed">Folders that may be granted, with those in them; null for any.</param>
    /// <exception cref="WasmError"><c>function.not_granted</c></exception>
    internal static void Check(FunctionSpec spec, IReadOnlyList<string>? allowed)
    {
        if (allowed is null)
        {
            return;
        }

        foreach (var folder in spec.Grants.Folders)
        {
            var bound = Bound(folder, allowed);
            if (bound.Within is null)
            {
                throw Refused(spec, folder, "which this node lets no function have", allowed);
            }

            // A folder that is not there may be made, or be there on another node.
            if (OpenFolders.Try(bound) == FolderProblem.LeadsOut)
            {
                throw Refused(spec, folder, $"which leads out of {bound.Within} by a link or by '..'", allowed);
            }
        }
    }

    /// <summary>A version's folders, each bound to the allowed folder that it must lie in.</summary>
    internal static IReadOnlyList<PreopenedFolder> Of(FunctionSpec spec, IReadOnlyList<string>? allowed) =>
        [.. spec.Grants.Folders.Select(folder => allowed is null ? folder : Bound(folder, allowed))];

    // To the outermost one: it is opened by its path, and guests that may write in an outer one could replace an inner
    // one.
    private static PreopenedFolder Bound(PreopenedFolder folder, IReadOnlyList<string> allowed) => folder with
    {
        Within = allowed.Where(root => OpenFolders.Below(folder.HostPath, root) is not null).MaxBy(root => OpenFolders.Below(folder.HostPath, root)!.Length),
    };

    private static WasmError Refused(FunctionSpec spec, PreopenedFolder folder, string why, IReadOnlyList<string> allowed)
    {
        string list = allowed.Count == 0 ? "none" : string.Join(", ", allowed);
        return new WasmError(FunctionErrorCode.NotGranted, $"'{spec.Name}' is granted the folder {GuestText.Clean(folder.HostPath, GuestText.NameLimit)}, {why}: it allows {list}.");
    }
}
