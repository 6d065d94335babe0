using System.Text;
using WasmActors.Actors.Messages;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Handles;

/// <summary>A linear memory in a store. Addresses and lengths are in bytes; everything is copied.</summary>
public sealed class MemoryRef : ExternRef
{
    internal MemoryRef(StoreRef store, ExternId id, MemoryType type)
        : base(store, id, type)
    {
    }

    /// <summary>Its type.</summary>
    public new MemoryType Type => (MemoryType)base.Type;

    /// <summary>Current length in bytes.</summary>
    /// <exception cref="WasmError"><c>store.gone</c>, <c>call.busy</c>, <c>call.deadline_exceeded</c>, <c>call.cancelled</c></exception>
    public async ValueTask<long> GetLengthAsync(CancellationToken cancellation = default) =>
        (await Store.SendAsync<StoreProtocol.Size>(new StoreProtocol.GetSize(Id), null, cancellation).ConfigureAwait(false)).Value;

    /// <summary>Grows the memory.</summary>
    /// <returns>The size before, in pages.</returns>
    /// <exception cref="WasmError"><c>memory.grow_failed</c>, and as <see cref="GetLengthAsync"/>.</exception>
    public async ValueTask<long> GrowAsync(long pages, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pages);
        return (await Store.SendAsync<StoreProtocol.Size>(new StoreProtocol.GrowMemory(Id, pages), null, cancellation).ConfigureAwait(false)).Value;
    }

    /// <summary>Copies bytes out of the memory.</summary>
    /// <exception cref="WasmError"><c>memory.out_of_range</c>, and as <see cref="GetLengthAsync"/>.</exception>
    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(long address, int length, CancellationToken cancellation = default) =>
        ReadAsync(address, length, new CallOptions(null, cancellation));

    /// <summary>Copies bytes into the memory. The source must not change until this is done.</summary>
    /// <exception cref="WasmError"><c>memory.out_of_range</c>: nothing was written; and as <see cref="GetLengthAsync"/>.</exception>
    public ValueTask WriteAsync(long address, ReadOnlyMemory<byte> source, CancellationToken cancellation = default) =>
        WriteAsync(address, source, new CallOptions(null, cancellation));

    /// <summary>Reads a number or a struct without references, little-endian as it lies in memory.</summary>
    /// <exception cref="WasmError"><c>memory.out_of_range</c>, and as <see cref="GetLengthAsync"/>.</exception>
    public async ValueTask<T> ReadAsync<T>(long address, CancellationToken cancellation = default)
        where T : unmanaged
        => RawBytes.Read<T>((await ReadAsync(address, RawBytes.SizeOf<T>(), cancellation).ConfigureAwait(false)).Span);

    /// <summary>Writes a number or a struct without references, little-endian.</summary>
    /// <exception cref="WasmError"><c>memory.out_of_range</c>, and as <see cref="GetLengthAsync"/>.</exception>
    public ValueTask WriteAsync<T>(long address, T value, CancellationToken cancellation = default)
        where T : unmanaged => WriteAsync(address, RawBytes.Of(value), cancellation);

    /// <summary>Reads text, UTF-8 by default.</summary>
    /// <exception cref="WasmError"><c>memory.bad_text</c>: the bytes are no such text; <c>memory.out_of_range</c>; and as <see cref="GetLengthAsync"/>.</exception>
    public async ValueTask<string> ReadStringAsync(long address, int byteLength, Encoding? encoding = null, CancellationToken cancellation = default)
    {
        var bytes = await ReadAsync(address, byteLength, cancellation).ConfigureAwait(false);
        return StrictText.Decode(bytes.Span, address, encoding);
    }

    /// <summary>Writes text, UTF-8 by default, without a terminating zero.</summary>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="WasmError"><c>memory.out_of_range</c>: nothing was written; and as <see cref="GetLengthAsync"/>.</exception>
    public async ValueTask<int> WriteStringAsync(long address, string text, Encoding? encoding = null, CancellationToken cancellation = default)
    {
        byte[] bytes = StrictText.Encode(text, encoding);
        await WriteAsync(address, bytes, cancellation).ConfigureAwait(false);
        return bytes.Length;
    }

    /// <summary>Copies bytes out of the memory.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>> ReadAsync(long address, int length, CallOptions options) =>
        (await Store.SendAsync<StoreProtocol.Bytes>(new StoreProtocol.ReadMemory(Id, address, length), options).ConfigureAwait(false)).Value;

    /// <summary>Copies bytes into the memory.</summary>
    internal async ValueTask WriteAsync(long address, ReadOnlyMemory<byte> source, CallOptions options) =>
        await Store.SendAsync<StoreProtocol.Done>(new StoreProtocol.WriteMemory(Id, address, source), options).ConfigureAwait(false);
}
