namespace WasmActors.Host.Http.Models;

/// <summary>A change of the catalogue that was made.</summary>
/// <param name="Name">The function.</param>
/// <param name="Version">Number of the version that is active now.</param>
/// <param name="Revision">The catalogue's revision.</param>
internal sealed record DeploymentModel(string Name, int Version, long Revision);
