namespace WasmActors.Actors.Serialization;

/// <summary>Marks what <see cref="WireSerializer"/> writes, for <c>akka.actor.serialization-bindings</c>.</summary>
internal interface IWireMessage;
