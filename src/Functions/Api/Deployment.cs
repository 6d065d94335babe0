namespace WasmActors.Functions.Api;

/// <summary>What a change of the catalogue led to.</summary>
/// <param name="Name">The function.</param>
/// <param name="Version">Number of the version that is now active; 0 once it was deleted.</param>
/// <param name="Revision">The catalogue's revision that has it; this node knows it already.</param>
public sealed record Deployment(string Name, int Version, long Revision)
{
    /// <summary>What is deployed now; null for a change that deployed nothing.</summary>
    public FunctionSpec? Spec { get; init; }

    /// <summary>The version that was active before; null for a function that is new, and for a change that deployed
    /// nothing.</summary>
    public FunctionVersion? Before { get; init; }

    /// <summary>Whether nothing was changed, because it was only tried: <see cref="Version"/> is the number that the
    /// version would have had.</summary>
    public bool IsDryRun { get; init; }
}
