using WasmActors.Functions.Wire;

namespace WasmActors.Functions.Calls;

/// <summary>What a node asks of another that has the bytes of a call.</summary>
internal static class PayloadProtocol
{
    /// <summary>Asks for a part, of <see cref="PayloadShelf.PartBytes"/> or up to the end. Answered by <see
    /// cref="Part"/>.</summary>
    internal sealed record Fetch(long Id, int Offset) : IWireMessage;

    /// <summary>A part; null bytes when the holder has let go of them.</summary>
    internal sealed record Part(long Id, int Offset, ReadOnlyMemory<byte>? Bytes) : IWireMessage;

    /// <summary>The bytes are not needed any more. Not answered.</summary>
    internal sealed record Release(long Id) : IWireMessage;
}
