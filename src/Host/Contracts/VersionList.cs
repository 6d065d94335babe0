using WasmActors.Functions.Api;

namespace WasmActors.Host.Contracts;

/// <summary>The versions of a function that are kept, the newest first.</summary>
internal sealed record VersionList(IReadOnlyList<VersionModel> Versions)
{
    /// <summary>Those of a function of the catalogue.</summary>
    public static VersionList Of(FunctionEntry entry) => new([.. entry.Versions.Reverse().Select(v => VersionModel.Of(v, v.Number == entry.Active))]);
}
