namespace WasmActors.Runtime.Interop.Files;

/// <summary>Why a folder could not be opened.</summary>
internal enum FolderProblem
{
    /// <summary>It was opened.</summary>
    None,

    /// <summary>Nothing of that name exists.</summary>
    Missing,

    /// <summary>Something of that name exists, and it is no folder.</summary>
    NotAFolder,

    /// <summary>A link or <c>..</c> on the way leads out of the folder that it must lie in, or is a link to an absolute path.</summary>
    LeadsOut,

    /// <summary>The process may not enter a folder on the way.</summary>
    NoAccess,

    /// <summary>Too many links, a name that is too long, no free descriptor.</summary>
    Other,
}
