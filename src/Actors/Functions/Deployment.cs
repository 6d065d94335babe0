namespace WasmActors.Actors.Functions;

/// <summary>What a change of the catalogue led to.</summary>
/// <param name="Name">The function.</param>
/// <param name="Version">Number of the version that is now active; 0 once it was deleted.</param>
/// <param name="Revision">The catalogue's revision that has it; this node knows it already.</param>
public sealed record Deployment(string Name, int Version, long Revision);
