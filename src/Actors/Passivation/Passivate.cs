using Akka.Actor;

namespace WasmActors.Actors.Passivation;

/// <summary>Asks a store's actor to passivate its store if it is idle.</summary>
/// <param name="Begun">Commands that it had started when it was seen to be idle. If there are more by now, it is not
/// passivated.</param>
/// <param name="Round">Counts the stores that agree; null if nobody needs to know.</param>
internal sealed record Passivate(long Begun, PassivationRound? Round) : INoSerializationVerificationNeeded;
