using Akka.Actor;

namespace WasmActors.Functions.Passivation;

/// <summary>A key's place among those of its node that are idle, see <see cref="LiveKeys"/>.</summary>
/// <param name="actor">The key's actor.</param>
internal sealed class RestingKey(IActorRef actor)
{
    internal IActorRef Actor => actor;

    /// <summary>The line that it stands in; null while the key is in use, or was asked to go.</summary>
    internal RestingLine? Line { get; set; }

    internal RestingKey? Before { get; set; }

    internal RestingKey? Behind { get; set; }

    /// <summary>Whether it was asked to go, and has neither gone nor said that it stays.</summary>
    internal bool IsAsked { get; set; }

    /// <summary>Bytes that its guest's memory was granted, as it came to rest.</summary>
    internal long GrantedMemory { get; set; }

    /// <summary>Since when it is idle.</summary>
    internal long Since { get; set; }
}
