using WasmActors.Functions.Api;
using WasmActors.Functions.Wire;

namespace WasmActors.Functions.Catalogue;

/// <summary>Divides what a follower lacks into messages.</summary>
internal static class CataloguePages
{
    /// <summary>
    /// Most bytes of the entries in one message, unless one entry alone has more. The largest entry,
    /// <see cref="FunctionEntry.MaxVersions"/> versions of <see cref="FunctionSpec.MaxBytes"/>, has about half of it,
    /// and the frame that config/wasmactors-cluster.conf allows has twice as many.
    /// </summary>
    internal const int MaxBytes = 512 << 10;

    /// <summary>Returns the first message of what changed after a revision.</summary>
    internal static CatalogueProtocol.Changes Next(CatalogueState state, long since)
    {
        bool startsOver = since > state.Revision;
        since = startsOver ? 0 : since;
        var entries = new List<FunctionEntry>();
        long bytes = 0;
        foreach (var entry in state.ChangedAfter(since))
        {
            bytes += FunctionCodec.SizeOf(entry);
            if (entries.Count > 0 && bytes > MaxBytes)
            {
                return new CatalogueProtocol.Changes(since, entries[^1].Revision, true, startsOver, entries);
            }

            entries.Add(entry);
        }

        return new CatalogueProtocol.Changes(since, state.Revision, false, startsOver, entries);
    }
}
