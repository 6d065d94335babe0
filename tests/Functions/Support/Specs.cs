using WasmActors.Functions.Api;
using WasmActors.Functions.Catalogue;

namespace WasmActors.Functions.Tests.Support;

/// <summary>Deployments for tests that need no module.</summary>
internal static class Specs
{
    internal static DateTimeOffset Now { get; } = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    internal static FunctionSpec Spec(string name, char digest = 'a', string? label = null) =>
        new(name) { ModuleDigest = new string(digest, 64), Label = label };

    internal static CatalogueProtocol.Deploy Deploy(string name, char digest = 'a', string? label = null) =>
        new(Spec(name, digest, label), RollOut.WhenIdle, null);
}
