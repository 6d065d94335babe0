using Akka.Actor;

namespace WasmActors.Actors.Dispatch;

/// <summary>A store that has ended, and the message by which its actor gives back what it holds, and stops.</summary>
internal sealed record LeavingStore(IActorRef Store) : INoSerializationVerificationNeeded;
