using System.Collections.Immutable;
using WasmActors.Functions.Api;
using WasmActors.Host.Formats;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Host.Deployments;

/// <summary>What a function gets to see, as JSON has it; null for nothing.</summary>
internal sealed record GrantSettings
{
    /// <summary>Environment variables of WASI programs.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Folders of the nodes.</summary>
    public IReadOnlyList<FolderSettings>? Folders { get; init; }

    /// <summary>Names of sets of imports.</summary>
    public IReadOnlyList<string>? Imports { get; init; }

    /// <summary>Whether callers may give a program arguments.</summary>
    public bool? CallerArguments { get; init; }

    /// <summary>Environment variables that callers may set.</summary>
    public IReadOnlyList<string>? CallerEnvironment { get; init; }

    /// <summary>Features of WebAssembly beyond those that every function may use, see <see cref="FeatureText"/>.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>The grants that they say.</summary>
    /// <exception cref="WasmError"><c>function.bad_spec</c>: something named is null, or no feature. The rest is checked by the deployment.</exception>
    public FunctionGrants ToGrants()
    {
        var none = new FunctionGrants();
        return new FunctionGrants
        {
            Environment = none.Environment.SetItems((Environment ?? ImmutableDictionary<string, string>.Empty).Select(static v => KeyValuePair.Create(v.Key, Required("environment", v.Value)))),
            Folders = [.. (Folders ?? []).Select(static f => Required("folders", f)).Select(static f => new PreopenedFolder(Required("folders.host", f.Host), f.Guest ?? f.Host, f.ReadOnly))],
            Imports = none.Imports.Union((Imports ?? []).Select(static i => Required("imports", i))),
            CallerArguments = CallerArguments ?? false,
            CallerEnvironment = none.CallerEnvironment.Union((CallerEnvironment ?? []).Select(static n => Required("callerEnvironment", n))),
            Features = (Features ?? []).Aggregate(WasmFeatures.None, static (all, name) => all | Feature(Required("features", name))),
        };
    }

    /// <summary>What says these grants.</summary>
    public static GrantSettings Of(FunctionGrants grants) => new()
    {
        Environment = grants.Environment,
        Folders = [.. grants.Folders.Select(static f => new FolderSettings(f.HostPath, f.GuestPath, f.ReadOnly))],
        Imports = [.. grants.Imports],
        CallerArguments = grants.CallerArguments,
        CallerEnvironment = [.. grants.CallerEnvironment],
        Features = grants.Features == WasmFeatures.None ? null : [.. FeatureText.NamesOf(grants.Features)],
    };

    /// <summary>These settings in the place of others: each that is given replaces the other as a whole.</summary>
    public GrantSettings InPlaceOf(GrantSettings other) => new()
    {
        Environment = Environment ?? other.Environment,
        Folders = Folders ?? other.Folders,
        Imports = Imports ?? other.Imports,
        CallerArguments = CallerArguments ?? other.CallerArguments,
        CallerEnvironment = CallerEnvironment ?? other.CallerEnvironment,
        Features = Features ?? other.Features,
    };

    /// <summary>These settings over others: variables by their names, folders by the names for the guest, sets together.</summary>
    public GrantSettings Over(GrantSettings other) => new()
    {
        Environment = Environment is null ? other.Environment : (other.Environment ?? ImmutableDictionary<string, string>.Empty).Concat(Environment)
            .GroupBy(static v => v.Key, StringComparer.Ordinal).ToDictionary(static g => g.Key, static g => g.Last().Value, StringComparer.Ordinal),
        Folders = Folders is null ? other.Folders : [.. (other.Folders ?? []).Where(theirs => !Folders.Any(ours => (ours.Guest ?? ours.Host) == (theirs.Guest ?? theirs.Host))), .. Folders],
        Imports = Imports is null ? other.Imports : [.. (other.Imports ?? []).Union(Imports, StringComparer.Ordinal)],
        CallerArguments = CallerArguments ?? other.CallerArguments,
        CallerEnvironment = CallerEnvironment is null ? other.CallerEnvironment : [.. (other.CallerEnvironment ?? []).Union(CallerEnvironment, StringComparer.Ordinal)],
        Features = Features is null ? other.Features : [.. (other.Features ?? []).Union(Features, StringComparer.Ordinal)],
    };

    private static WasmFeatures Feature(string name) => FeatureText.TryParse(name, out var feature, out string? problem)
        ? feature
        : throw new WasmError(FunctionErrorCode.BadSpec, $"grants.features: {GuestText.Clean(problem, GuestText.MessageLimit)}.");

    // What JSON brings may be null whatever the type says.
    private static T Required<T>(string member, T? value)
        where T : class =>
        value ?? throw new WasmError(FunctionErrorCode.BadSpec, $"grants.{member} holds null; a value was expected.");
}
