using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace WasmActors.Functions.Serialization;

/// <summary>
/// Stands in the place of Akka's JSON serializer, which builds objects of whatever type a message names: a peer could have any type of
/// this process made. Nothing of ours needs it, so whatever comes for it is refused, and so is what would be written with it.
/// </summary>
public sealed class DenyingSerializer : Serializer
{
    /// <summary>Made by Akka, by <c>akka.actor.serializers.json</c>.</summary>
    public DenyingSerializer(ExtendedActorSystem system, Config config)
        : base(system) => ArgumentNullException.ThrowIfNull(config);

    /// <summary>The identifier of Akka's JSON serializer, by which peers would reach it.</summary>
    public override int Identifier => 1;

    /// <inheritdoc/>
    public override bool IncludeManifest => true;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => throw new SerializationException(
        $"{obj?.GetType().FullName ?? "null"} has no serializer, and JSON is denied: give it one in akka.actor.serialization-bindings.");

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type) => throw new SerializationException(
        "A message came that was written as JSON, which is denied: it was not read.");
}
