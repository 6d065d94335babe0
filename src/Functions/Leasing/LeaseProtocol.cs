using WasmActors.Functions.Wire;

namespace WasmActors.Functions.Leasing;

/// <summary>Questions of a node to the other members, whether it is still one of them.</summary>
internal static class LeaseProtocol
{
    /// <summary>Asks whether the member that sends this is a reachable member. Answered by <see cref="Confirmed"/>, or not at all.</summary>
    /// <param name="Round">Number of the question.</param>
    /// <param name="Uid">Tells the sender from an earlier node at its address.</param>
    /// <param name="Shards">The number of shards that the sender divides keys into.</param>
    internal sealed record Confirm(long Round, int Uid, int Shards) : IWireMessage;

    /// <summary>It is, as the sender of this knows.</summary>
    /// <param name="Round">Number of the question.</param>
    /// <param name="Uid">Tells the sender from an earlier node at its address.</param>
    internal sealed record Confirmed(long Round, int Uid) : IWireMessage;
}
