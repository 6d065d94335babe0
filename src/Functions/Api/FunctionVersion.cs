namespace WasmActors.Functions.Api;

/// <summary>One version of a function. Never changed once it is there.</summary>
/// <param name="Number">From 1, greater than that of every version before, those before a deletion included.</param>
/// <param name="DeployedAt">When the catalogue took it, by its node's clock.</param>
/// <param name="Spec">What was deployed.</param>
public sealed record FunctionVersion(int Number, DateTimeOffset DeployedAt, FunctionSpec Spec);
