namespace WasmActors.Functions.Api;

/// <summary>How a deployment is made.</summary>
public sealed record DeployOptions
{
    /// <summary>When keyed stores change over. Default <see cref="RollOut.WhenIdle"/>.</summary>
    public RollOut RollOut { get; init; }

    /// <summary>Number that the active version must have, 0 for no such function. Default null: any.</summary>
    public int? ExpectedActive { get; init; }

    /// <summary>Whether the deployment may change the function's kind. Default false: it fails with
    /// <c>function.change_not_confirmed</c>.</summary>
    public bool ChangeKind { get; init; }

    /// <summary>Whether the deployment may change the calling convention. Default false: it fails with
    /// <c>function.change_not_confirmed</c>.</summary>
    public bool ChangeConvention { get; init; }

    /// <summary>Whether everything is only checked: nothing is stored and no version is made. Default false.</summary>
    public bool DryRun { get; init; }
}
