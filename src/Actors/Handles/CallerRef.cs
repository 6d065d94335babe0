using System.Text;
using WasmActors.Actors.Messages;
using WasmActors.Actors.Requests;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Handles;

/// <summary>
/// The instance whose guest waits for an import, for whoever answers: its exports by name, its store's data and fuel.
/// Plain data, usable from any task of the process; the waiting store carries the uses out one at a time.
/// </summary>
/// <remarks>A name means an export or, if there is none, a memory, table or global that the instance imports under that
/// name. "memory" also means the only memory that it imports. After the answer, and after the call has failed or was
/// given up, every use of it is <c>caller.gone</c>.</remarks>
public sealed class CallerRef
{
    private readonly ImportId _id;

    internal CallerRef(StoreRef store, ImportId id, CallChain chain, long deadline)
    {
        Store = store;
        _id = id;
        Chain = chain;
        Deadline = deadline;
    }

    /// <summary>The store that waits. Calls of its functions other than through this reference are refused as
    /// <c>call.reentrant</c> where they are made on behalf of the waiting call.</summary>
    public StoreRef Store { get; }

    /// <summary>What to make calls with that are needed for the answer: the time that is left for it, and the
    /// chain.</summary>
    public CallOptions Options => new(Store.Cell.Left(Deadline)) { Chain = Chain };

    /// <summary>The calls that wait.</summary>
    internal CallChain Chain { get; }

    /// <summary>Timestamp of the store's clock by which the answer must come.</summary>
    internal long Deadline { get; }

    /// <summary>The store's data, see <see cref="StoreOptions.Data"/>.</summary>
    /// <exception cref="WasmError"><c>caller.gone</c></exception>
    public async ValueTask<object?> GetDataAsync(CancellationToken cancellation = default) =>
        (await UseStoreAsync<StoreProtocol.Data>(new StoreProtocol.GetData(), cancellation).ConfigureAwait(false)).Value;

    /// <summary>Sets the store's data.</summary>
    /// <exception cref="WasmError"><c>caller.gone</c></exception>
    public async ValueTask SetDataAsync(object? data, CancellationToken cancellation = default) =>
        await UseStoreAsync<StoreProtocol.Done>(new StoreProtocol.SetData(data), cancellation).ConfigureAwait(false);

    /// <summary>Fuel that the store has left.</summary>
    /// <exception cref="WasmError"><c>caller.gone</c>; <c>engine.bad_settings</c>: the engine does not count
    /// fuel.</exception>
    public async ValueTask<ulong> GetFuelAsync(CancellationToken cancellation = default) =>
        (await UseStoreAsync<StoreProtocol.Fuel>(new StoreProtocol.GetFuel(), cancellation).ConfigureAwait(false)).Value;

    /// <summary>Sets the fuel that the store has left; the waiting guest continues with it.</summary>
    /// <exception cref="WasmError"><c>caller.gone</c>; <c>engine.bad_settings</c>: the engine does not count
    /// fuel.</exception>
    public async ValueTask SetFuelAsync(ulong fuel, CancellationToken cancellation = default) =>
        await UseStoreAsync<StoreProtocol.Done>(new StoreProtocol.SetFuel(fuel), cancellation).ConfigureAwait(false);

    /// <summary>The type of an export.</summary>
    /// <exception cref="WasmError"><c>caller.gone</c>, <c>export.not_found</c></exception>
    public async ValueTask<ExternType> GetExportTypeAsync(string name, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return (await UseAsync<StoreProtocol.TypeOf>(name, static id => new StoreProtocol.GetExternType(id), cancellation).ConfigureAwait(false)).Type;
    }

    /// <summary>Copies bytes out of an exported memory.</summary>
    /// <exception cref="WasmError"><c>caller.gone</c>, <c>memory.out_of_range</c>, <c>export.not_found</c>,
    /// <c>export.wrong_kind</c></exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(long address, int length, string memory = "memory", CancellationToken cancellation = default) =>
        (await UseAsync<StoreProtocol.Bytes>(memory, id => new StoreProtocol.ReadMemory(id, address, length), cancellation).ConfigureAwait(false)).Value;

    /// <summary>Copies bytes into an exported memory. The source must not change until this is done.</summary>
    /// <exception cref="WasmError">As <see cref="ReadAsync(long, int, string, CancellationToken)"/>; nothing was
    /// written.</exception>
    public async ValueTask WriteAsync(long address, ReadOnlyMemory<byte> source, string memory = "memory", CancellationToken cancellation = default) =>
        await UseAsync<StoreProtocol.Done>(memory, id => new StoreProtocol.WriteMemory(id, address, source), cancellation).ConfigureAwait(false);

    /// <summary>Reads a number or a struct without references, little-endian as it lies in memory.</summary>
    /// <exception cref="WasmError">As <see cref="ReadAsync(long, int, string, CancellationToken)"/>.</exception>
    public async ValueTask<T> ReadAsync<T>(long address, string memory = "memory", CancellationToken cancellation = default)
        where T : unmanaged
        => RawBytes.Read<T>((await ReadAsync(address, RawBytes.SizeOf<T>(), memory, cancellation).ConfigureAwait(false)).Span);

    /// <summary>Writes a number or a struct without references, little-endian.</summary>
    /// <exception cref="WasmError">As <see cref="ReadAsync(long, int, string, CancellationToken)"/>.</exception>
    public ValueTask WriteAsync<T>(long address, T value, string memory = "memory", CancellationToken cancellation = default)
        where T : unmanaged => WriteAsync(address, RawBytes.Of(value), memory, cancellation);

    /// <summary>Reads text, UTF-8 by default.</summary>
    /// <exception cref="WasmError"><c>memory.bad_text</c>: the bytes are no such text; and as <see
    /// cref="ReadAsync(long, int, string, CancellationToken)"/>.</exception>
    public async ValueTask<string> ReadStringAsync(long address, int byteLength, string memory = "memory", Encoding? encoding = null, CancellationToken cancellation = default) =>
        StrictText.Decode((await ReadAsync(address, byteLength, memory, cancellation).ConfigureAwait(false)).Span, address, encoding);

    /// <summary>Writes text, UTF-8 by default, without a terminating zero.</summary>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="WasmError">As <see cref="ReadAsync(long, int, string, CancellationToken)"/>; nothing was
    /// written.</exception>
    public async ValueTask<int> WriteStringAsync(long address, string text, string memory = "memory", Encoding? encoding = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        byte[] bytes = StrictText.Encode(text, encoding);
        await WriteAsync(address, bytes, memory, cancellation).ConfigureAwait(false);
        return bytes.Length;
    }

    /// <summary>Current length in bytes of an exported memory, or number of elements of an exported table.</summary>
    /// <exception cref="WasmError"><c>caller.gone</c>, <c>export.not_found</c>, <c>export.wrong_kind</c></exception>
    public async ValueTask<long> GetSizeAsync(string name = "memory", CancellationToken cancellation = default) =>
        (await UseAsync<StoreProtocol.Size>(name, static id => new StoreProtocol.GetSize(id), cancellation).ConfigureAwait(false)).Value;

    /// <summary>Grows an exported memory.</summary>
    /// <returns>The size before, in pages.</returns>
    /// <exception cref="WasmError"><c>memory.grow_failed</c>, and as <see cref="GetSizeAsync"/>.</exception>
    public async ValueTask<long> GrowMemoryAsync(long pages, string memory = "memory", CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pages);
        return (await UseAsync<StoreProtocol.Size>(memory, id => new StoreProtocol.GrowMemory(id, pages), cancellation).ConfigureAwait(false)).Value;
    }

    /// <summary>The value of an exported global.</summary>
    /// <exception cref="WasmError"><c>caller.gone</c>, <c>export.not_found</c>, <c>export.wrong_kind</c></exception>
    public async ValueTask<Val> GetGlobalAsync(string name, CancellationToken cancellation = default) =>
        (await UseAsync<StoreProtocol.Value>(name, static id => new StoreProtocol.GetGlobal(id), cancellation).ConfigureAwait(false)).Content;

    /// <summary>Sets an exported global to a <see cref="Val"/> or a plain C# value of exactly its type.</summary>
    /// <exception cref="WasmError"><c>global.immutable</c>, <c>value.wrong_type</c>, and as <see
    /// cref="GetGlobalAsync"/>.</exception>
    public async ValueTask SetGlobalAsync(string name, object? value, CancellationToken cancellation = default)
    {
        var content = HandleValues.Untyped(value);
        await UseAsync<StoreProtocol.Done>(name, id => new StoreProtocol.SetGlobal(id, content), cancellation).ConfigureAwait(false);
    }

    /// <summary>One element of an exported table.</summary>
    /// <exception cref="WasmError"><c>table.out_of_range</c>, and as <see cref="GetGlobalAsync"/>.</exception>
    public async ValueTask<Val> GetElementAsync(string table, long index, CancellationToken cancellation = default) =>
        (await UseAsync<StoreProtocol.Value>(table, id => new StoreProtocol.GetElement(id, index), cancellation).ConfigureAwait(false)).Content;

    /// <summary>Sets one element of an exported table.</summary>
    /// <exception cref="WasmError"><c>table.out_of_range</c>, <c>value.wrong_type</c>, and as <see
    /// cref="GetGlobalAsync"/>.</exception>
    public async ValueTask SetElementAsync(string table, long index, object? value, CancellationToken cancellation = default)
    {
        var element = HandleValues.Untyped(value);
        await UseAsync<StoreProtocol.Done>(table, id => new StoreProtocol.SetElement(id, index, element), cancellation).ConfigureAwait(false);
    }

    /// <summary>Grows an exported table; the new elements are null.</summary>
    /// <returns>The size before, in elements.</returns>
    /// <exception cref="WasmError"><c>table.grow_failed</c>, and as <see cref="GetSizeAsync"/>.</exception>
    public async ValueTask<long> GrowTableAsync(string table, long elements, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elements);
        return (await UseAsync<StoreProtocol.Size>(table, id => new StoreProtocol.GrowTable(id, elements, null), cancellation).ConfigureAwait(false)).Value;
    }

    /// <summary>Calls an exported function of the waiting instance. It nests in the waiting call, and ends before the
    /// answer.</summary>
    /// <param name="name">The export.</param>
    /// <param name="arguments">One for each parameter; numbers are converted only where nothing is lost.</param>
    /// <exception cref="WasmException">As <see cref="FuncRef.CallAsync(ReadOnlySpan{object})"/>; also
    /// <c>caller.gone</c>, <c>export.not_found</c>,
    /// <c>export.wrong_kind</c>, <c>call.too_deep</c>.</exception>
    public ValueTask<Results> CallAsync(string name, params ReadOnlySpan<object?> arguments) => CallAsync(name, default, arguments);

    /// <summary>The same with a time, which the import's own bounds, or a token.</summary>
    public ValueTask<Results> CallAsync(string name, CallOptions options, params ReadOnlySpan<object?> arguments)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            return Store.Send(new CallerCallRequest(_id, name, arguments.ToArray()), Bounded(options));
        }
        catch (WasmException refused)
        {
            return ValueTask.FromException<Results>(refused);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Store}, call {_id.Call}, import {_id.Ordinal}";

    private CallOptions Bounded(CallOptions options)
    {
        var left = Store.Cell.Left(Deadline);
        return options with { Within = options.Within is { } asked && (left is null || asked < left) ? asked : left, Chain = Chain };
    }

    private ValueTask<TReply> UseStoreAsync<TReply>(StoreProtocol.Command command, CancellationToken cancellation)
        where TReply : class => SendAsync<TReply>(null, _ => command, cancellation);

    private ValueTask<TReply> UseAsync<TReply>(string name, Func<ExternId, StoreProtocol.Command> command, CancellationToken cancellation)
        where TReply : class
    {
        ArgumentNullException.ThrowIfNull(name);
        return SendAsync<TReply>(name, command, cancellation);
    }

    private ValueTask<TReply> SendAsync<TReply>(string? name, Func<ExternId, StoreProtocol.Command> command, CancellationToken cancellation)
        where TReply : class
    {
        try
        {
            return Store.Send(new CallerUseRequest<TReply>(_id, name, command), Bounded(cancellation));
        }
        catch (WasmException refused)
        {
            return ValueTask.FromException<TReply>(refused);
        }
    }
}
