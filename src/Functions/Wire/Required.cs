using System.Runtime.Serialization;

namespace WasmActors.Functions.Wire;

/// <summary>Parts that a message cannot do without: Protobuf reads a message also where they are missing.</summary>
internal static class Required
{
    /// <exception cref="SerializationException">It is missing.</exception>
    internal static T Of<T>(T? part)
        where T : class
        => part ?? throw new SerializationException($"A message came without its {typeof(T).Name}: it is damaged, or a peer is none of ours.");
}
