using WasmActors.Functions.Api;
using WasmActors.Functions.Wire;

namespace WasmActors.Functions.Catalogue;

/// <summary>What happened to the catalogue, as it is stored.</summary>
/// <param name="Revision">The catalogue's revision from here on: one more than before.</param>
internal abstract record CatalogueEvent(long Revision) : IWireMessage
{
    /// <summary>The function that it happened to.</summary>
    internal string Subject => this switch
    {
        Deployed deployed => deployed.Version.Spec.Name,
        Activated activated => activated.Name,
        Deleted deleted => deleted.Name,
        _ => throw new InvalidOperationException($"{GetType().Name} is no event of the catalogue."),
    };

    /// <summary>A version was added and made the active one.</summary>
    internal sealed record Deployed(long Revision, FunctionVersion Version, RollOut RollOut) : CatalogueEvent(Revision);

    /// <summary>A version that was there was made the active one.</summary>
    internal sealed record Activated(long Revision, string Name, int Number, RollOut RollOut) : CatalogueEvent(Revision);

    /// <summary>A function was deleted with all its versions.</summary>
    internal sealed record Deleted(long Revision, string Name) : CatalogueEvent(Revision);
}
