using Akka.Actor;

namespace WasmActors.Actors.Messages;

/// <summary>A store as its supervisor knows it.</summary>
/// <param name="Store">Number of the store.</param>
/// <param name="Actor">Its actor.</param>
public sealed record StoreSupervision(long Store, IActorRef Actor)
{
    /// <summary>How often the store failed and was, or is to be, made again.</summary>
    public long Replacements { get; init; }

    /// <summary>Whether it takes commands.</summary>
    public CircuitState Circuit { get; init; }

    /// <summary>The last decision about it; null while there was none.</summary>
    public SupervisionDecision? LastDecision { get; init; }

    /// <summary>When it is made again by that decision; null when it is not to be, or was.</summary>
    public DateTimeOffset? RestartAt { get; init; }
}
