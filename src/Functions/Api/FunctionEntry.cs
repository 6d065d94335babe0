using System.Collections.Immutable;

namespace WasmActors.Functions.Api;

/// <summary>A function in the catalogue.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Revision">The catalogue's revision that it was last changed with.</param>
/// <param name="Active">Number of the version that new calls go to; 0 once it was deleted.</param>
/// <param name="LastNumber">The greatest number that a version has had.</param>
/// <param name="ChangeOver">Keyed stores that started before this revision change over before their next call, see <see
/// cref="RollOut.AtOnce"/>.</param>
/// <param name="Versions">The versions that are kept, in the order of their numbers.</param>
public sealed record FunctionEntry(string Name, long Revision, int Active, int LastNumber, long ChangeOver, ImmutableArray<FunctionVersion> Versions)
{
    /// <summary>Versions that are kept; the oldest that is not active goes first.</summary>
    public const int MaxVersions = 16;

    /// <summary>Whether it was deleted. What remains is its name and its last number.</summary>
    public bool IsDeleted => Active == 0;

    /// <summary>The version that new calls go to; null once it was deleted.</summary>
    public FunctionVersion? ActiveVersion { get; } = Versions.FirstOrDefault(v => v.Number == Active);

    /// <summary>A version by its number; null where there is none, or no longer.</summary>
    public FunctionVersion? Find(int number) => Versions.FirstOrDefault(v => v.Number == number);
}
