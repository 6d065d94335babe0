using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;

namespace WasmActors.Actors.Messages;

/// <summary>What can be asked of a host's supervisor of stores. Its messages stay within the process.</summary>
public static class HostProtocol
{
    /// <summary>Starts a store. Answered by <see cref="StoreCreated"/> or <see cref="StoreProtocol.Failed"/>.</summary>
    public sealed record CreateStore(StoreSpec Spec) : INoSerializationVerificationNeeded;

    /// <summary>A new store.</summary>
    public sealed record StoreCreated(StoreRef Store) : INoSerializationVerificationNeeded;
}
