using WasmActors.Functions.Api;

namespace WasmActors.Host.Contracts;

/// <summary>A deployed function.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Active">Number of the version that new calls go to.</param>
/// <param name="Revision">The revision of the catalogue that it was last changed with.</param>
/// <param name="Versions">Its versions, the newest first.</param>
internal sealed record FunctionModel(string Name, int Active, long Revision, IReadOnlyList<VersionModel> Versions)
{
    /// <summary>A function of the catalogue.</summary>
    public static FunctionModel Of(FunctionEntry entry) => new(entry.Name, entry.Active, entry.Revision, VersionList.Of(entry).Versions);
}
