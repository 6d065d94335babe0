using WasmActors.Functions.Api;
using WasmActors.Host.Deployments;

namespace WasmActors.Host.Contracts;

/// <summary>A change of the catalogue that was made, or that a dry run would have made.</summary>
/// <param name="Name">The function.</param>
/// <param name="Version">Number of the version that is active now.</param>
/// <param name="Revision">The catalogue's revision.</param>
internal sealed record DeploymentModel(string Name, int Version, long Revision)
{
    /// <summary>stateless or keyed; absent after a rollback.</summary>
    public string? Kind { get; init; }

    /// <summary>core, bytes or wasi-command; absent after a rollback.</summary>
    public string? Convention { get; init; }

    /// <summary>Settings in which the version differs from the one that was active before; absent for none, and for a function that is new.</summary>
    public IReadOnlyList<SettingChange>? Changes { get; init; }

    /// <summary>True where nothing was changed, because it was only tried.</summary>
    public bool? DryRun { get; init; }

    /// <summary>A deployment.</summary>
    public static DeploymentModel Of(Deployment deployment) => Of(deployment, deployment.Before?.Spec, deployment.Spec) with
    {
        Kind = deployment.Spec is { } kind ? SettingNames.Kinds.NameOf(kind.Kind) : null,
        Convention = deployment.Spec is { } convention ? SettingNames.Conventions.NameOf(convention.Convention) : null,
        DryRun = deployment.IsDryRun ? true : null,
    };

    /// <summary>A change from one version to another.</summary>
    public static DeploymentModel Of(Deployment deployment, FunctionSpec? before, FunctionSpec? after) => new(deployment.Name, deployment.Version, deployment.Revision)
    {
        Changes = SettingChange.Between(before, after) is { Count: > 0 } changes ? changes : null,
    };
}
