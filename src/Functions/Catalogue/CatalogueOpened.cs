using WasmActors.Functions.Wire;

namespace WasmActors.Functions.Catalogue;

/// <summary>
/// Stored by a writer before its first change: it has read everything that was stored before, and any other writer has
/// lost the right to write, because the journal stores each sequence number once.
/// </summary>
/// <param name="Epoch">Number of the writer, from 1: one more than that of the writer before.</param>
/// <param name="Revision">The catalogue's revision that the writer found.</param>
/// <param name="Writer">Identifies the writer: the address and incarnation of its node, and the incarnation of its
/// supervisor.</param>
/// <param name="Repeated">Changes that the writer found under revisions that had been given before; see
/// <see cref="CatalogueReplay"/>.</param>
internal sealed record CatalogueOpened(long Epoch, long Revision, string Writer, int Repeated) : IWireMessage;
