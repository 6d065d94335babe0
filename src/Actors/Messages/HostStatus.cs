namespace WasmActors.Actors.Messages;

/// <summary>A host's stores and what was decided about them, at one moment.</summary>
/// <param name="LiveStores">How many stores there are.</param>
/// <param name="StartedStores">How many there have been.</param>
/// <param name="Stores">So many of the stores as were asked for: those that take no commands first, then those that
/// were replaced most often.</param>
/// <param name="Decisions">The last decisions, the newest first, at most <see cref="MaxDecisions"/>.</param>
public sealed record HostStatus(int LiveStores, long StartedStores, IReadOnlyList<StoreSupervision> Stores, IReadOnlyList<SupervisionDecision> Decisions)
{
    /// <summary>How many decisions are kept.</summary>
    public const int MaxDecisions = 100;
}
