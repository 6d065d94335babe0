using WasmActors.Functions.Wire;

namespace WasmActors.Functions.Placement;

/// <summary>What nodes tell each other about where shards are to be.</summary>
internal static class PlacementProtocol
{
    /// <summary>The sender is about to leave: its shards are to go to other nodes, and it gets no more. Not answered.</summary>
    /// <param name="Uid">Tells the sender from an earlier node at its address.</param>
    internal sealed record Departing(int Uid) : IWireMessage;
}
