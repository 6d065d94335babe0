using Akka.Actor;

namespace WasmActors.Functions.Catalogue;

/// <summary>What the catalogue's writer on this node must not forget when its actor starts again. Used by one actor at
/// a time.</summary>
internal sealed class WriterMemory
{
    private long _supervisor;

    /// <summary>Identifies the writer in the journal; see <see cref="CatalogueOpened.Writer"/>.</summary>
    internal string Writer { get; private set; } = "";

    /// <summary>The epoch that the writer opened last; 0 for none.</summary>
    internal long Epoch { get; set; }

    /// <summary>The journal's highest sequence number when the writer found that it had lost its right; 0 if it has
    /// not.</summary>
    internal long LostAt { get; set; }

    /// <summary>Whether the next start is to read the journal from its beginning, because the last start
    /// failed.</summary>
    internal bool WithoutSnapshot { get; set; }

    /// <summary>Makes it the memory of a supervisor's writer. Another supervisor's writer is another writer, and what
    /// it knew is forgotten.</summary>
    internal void BelongTo(IActorRef supervisor, Address node)
    {
        if (_supervisor != supervisor.Path.Uid)
        {
            (_supervisor, Epoch, LostAt, WithoutSnapshot) = (supervisor.Path.Uid, 0, 0, false);
            Writer = $"{node}#{Guid.NewGuid():N}";
        }
    }
}
