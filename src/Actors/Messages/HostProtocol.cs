using Akka.Actor;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;

namespace WasmActors.Actors.Messages;

/// <summary>What can be asked of a host's supervisor of stores. Its messages stay within the process.</summary>
public static class HostProtocol
{
    /// <summary>Starts a store. Answered by <see cref="StoreCreated"/> or <see cref="StoreProtocol.Failed"/>.</summary>
    public sealed record CreateStore(StoreSpec Spec) : INoSerializationVerificationNeeded
    {
        /// <summary>Its name: what it carries is not for logs.</summary>
        public override string ToString() => nameof(CreateStore);
    }

    /// <summary>A new store.</summary>
    public sealed record StoreCreated(StoreRef Store) : INoSerializationVerificationNeeded;

    /// <summary>Asks for the stores and what was decided about them. Answered by <see cref="HostStatus"/>.</summary>
    /// <param name="MaxStores">Most stores to tell of, at most 1,000.</param>
    public sealed record GetStatus(int MaxStores = 100) : INoSerializationVerificationNeeded;
}
