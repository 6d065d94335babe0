namespace WasmActors.Functions.Wire;

/// <summary>Marks what <c>WireSerializer</c> writes, for <c>akka.actor.serialization-bindings</c>.</summary>
internal interface IWireMessage;
