using Akka.Actor;

namespace WasmActors.Functions.Content;

/// <summary>
/// Bytes of a call. Few of them travel in the message; many stay with their node's <c>PayloadShelf</c>, and another node fetches
/// them from there in parts. Within the node they are simply there.
/// </summary>
internal sealed class Payload
{
    /// <summary>Most bytes that travel in a message.</summary>
    internal const int InlineLimit = 48 << 10;

    private readonly ReadOnlyMemory<byte> _bytes;

    private Payload(ReadOnlyMemory<byte> bytes, int length, IActorRef? holder, long id)
    {
        _bytes = bytes;
        Length = length;
        Holder = holder;
        Id = id;
    }

    /// <summary>How many bytes there are.</summary>
    internal int Length { get; }

    /// <summary>The actor that has them where they do not travel in the message, else null.</summary>
    internal IActorRef? Holder { get; }

    /// <summary>Number of the bytes at the holder.</summary>
    internal long Id { get; }

    /// <summary>The bytes, where they are in this process.</summary>
    internal ReadOnlyMemory<byte>? Here => _bytes.Length == Length ? _bytes : (ReadOnlyMemory<byte>?)null;

    /// <summary>Bytes that travel in the message.</summary>
    internal static Payload Inline(ReadOnlyMemory<byte> bytes) => new(bytes, bytes.Length, null, 0);

    /// <summary>Bytes that a holder of this process has.</summary>
    internal static Payload Held(ReadOnlyMemory<byte> bytes, IActorRef holder, long id) => new(bytes, bytes.Length, holder, id);

    /// <summary>Bytes that a holder elsewhere has.</summary>
    internal static Payload Elsewhere(int length, IActorRef holder, long id) => new(default, length, holder, id);
}
