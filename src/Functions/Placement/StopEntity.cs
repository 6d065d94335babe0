using Akka.Actor;

namespace WasmActors.Functions.Placement;

/// <summary>Tells a key's actor to end: what runs is carried out, what waits is sent back. Never leaves the node.</summary>
internal sealed class StopEntity : INoSerializationVerificationNeeded
{
    internal static StopEntity Instance { get; } = new();

    private StopEntity()
    {
    }
}
