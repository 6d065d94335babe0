using System.Collections.Immutable;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Functions.Api;

/// <summary>What a function gets to see beside its input. Nothing by default.</summary>
public sealed record FunctionGrants
{
    private const int MaxNames = 100;

    /// <summary>Environment variables of WASI programs. Default none.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Folders of the node that runs it; they must exist there. Default none.</summary>
    public ImmutableArray<PreopenedFolder> Folders { get; init; } = [];

    /// <summary>Names of the sets of imports that nodes offer, see <see cref="FunctionHostOptions.Imports"/>. Default
    /// none.</summary>
    public ImmutableSortedSet<string> Imports { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Whether a caller may give a WASI program arguments. Default false.</summary>
    public bool CallerArguments { get; init; }

    /// <summary>Names of environment variables that a caller may set. Default none.</summary>
    public ImmutableSortedSet<string> CallerEnvironment { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>What its module may use beyond what the nodes allow every function (<see
    /// cref="FunctionHostOptions.Features"/>). Default none.</summary>
    public WasmFeatures Features { get; init; }

    /// <exception cref="WasmError"><c>function.bad_spec</c></exception>
    internal void Check()
    {
        Require(Environment.Count + Folders.Length + Imports.Count + CallerEnvironment.Count <= MaxNames, $"they name more than {MaxNames} things");
        foreach (string name in Environment.Keys.Concat(CallerEnvironment))
        {
            Require(name.Length > 0 && name.AsSpan().IndexOfAny('=', '\0') < 0, $"'{GuestText.Clean(name, GuestText.NameLimit)}' is no name of an environment variable");
        }

        foreach (var (name, value) in Environment)
        {
            Require(!value.Contains('\0'), $"the environment variable {GuestText.Clean(name, GuestText.NameLimit)} holds a zero character");
        }

        foreach (var folder in Folders)
        {
            Require(Path.IsPathFullyQualified(folder.HostPath) && !folder.HostPath.Contains('\0'), $"the folder '{GuestText.Clean(folder.HostPath, GuestText.NameLimit)}' is no absolute path");
            Require(folder.GuestPath.Length > 0 && !folder.GuestPath.Contains('\0'), $"the folder {folder.HostPath} needs a name for the guest");
            Require(Folders.Count(other => other.GuestPath == folder.GuestPath) == 1, $"two folders have the name {GuestText.Clean(folder.GuestPath, GuestText.NameLimit)} for the guest");
        }

        Require((Features & ~WasmFeatures.All) == WasmFeatures.None, $"there is no feature {Features & ~WasmFeatures.All}");
        foreach (string name in Imports)
        {
            Require(FunctionNames.IsName(name), $"'{GuestText.Clean(name, GuestText.NameLimit)}' is no name of a set of imports");
        }
    }

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new WasmError(FunctionErrorCode.BadSpec, $"The grants cannot be given: {problem}.");
        }
    }
}
