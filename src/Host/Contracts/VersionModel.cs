using WasmActors.Functions.Api;
using WasmActors.Host.Deployments;

namespace WasmActors.Host.Contracts;

/// <summary>One version of a function.</summary>
/// <param name="Number">From 1, growing.</param>
/// <param name="Active">Whether new calls go to it.</param>
/// <param name="DeployedAt">When it was deployed.</param>
/// <param name="ModuleDigest">SHA-256 of the module.</param>
/// <param name="Kind">stateless or keyed.</param>
/// <param name="Convention">core, bytes or wasi-command.</param>
/// <param name="Reuse">never or untilIdle.</param>
/// <param name="Limits">What it may use.</param>
/// <param name="Grants">What it gets to see.</param>
internal sealed record VersionModel(
    int Number,
    bool Active,
    DateTimeOffset DeployedAt,
    string ModuleDigest,
    string Kind,
    string Convention,
    string Reuse,
    LimitSettings Limits,
    GrantSettings Grants)
{
    /// <summary>memory or durable; absent in answers of servers that have no durable functions.</summary>
    public string? State { get; init; }

    /// <summary>The deployer's name for it; absent for none.</summary>
    public string? Label { get; init; }

    /// <summary>A version of the catalogue.</summary>
    public static VersionModel Of(FunctionVersion version, bool active)
    {
        var spec = version.Spec;
        return new VersionModel(
            version.Number,
            active,
            version.DeployedAt,
            spec.ModuleDigest,
            SettingNames.Kinds.NameOf(spec.Kind),
            SettingNames.Conventions.NameOf(spec.Convention),
            SettingNames.Reuses.NameOf(spec.Reuse),
            LimitSettings.Of(spec.Limits),
            GrantSettings.Of(spec.Grants))
        {
            Label = spec.Label,
            State = SettingNames.States.NameOf(spec.State),
        };
    }
}
