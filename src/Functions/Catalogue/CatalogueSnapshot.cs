using WasmActors.Functions.Api;
using WasmActors.Functions.Wire;

namespace WasmActors.Functions.Catalogue;

/// <summary>The whole catalogue as one stored object. The journal keeps every event, so a lost snapshot costs time
/// only.</summary>
/// <param name="Revision">The catalogue's revision.</param>
/// <param name="Epoch">Number of the last writer.</param>
/// <param name="Writer">The last writer, see <see cref="CatalogueOpened.Writer"/>.</param>
/// <param name="Entries">All entries, those of deleted functions included, in the order of their revisions.</param>
internal sealed record CatalogueSnapshot(long Revision, long Epoch, string Writer, IReadOnlyList<FunctionEntry> Entries) : IWireMessage;
