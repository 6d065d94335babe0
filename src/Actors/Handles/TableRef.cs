using WasmActors.Actors.Messages;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Handles;

/// <summary>A table in a store. Function elements come as values that hold a <see cref="FuncRef"/>, see <see cref="HandleValues.AsFunc"/>.</summary>
public sealed class TableRef : ExternRef
{
    internal TableRef(StoreRef store, ExternId id, TableType type)
        : base(store, id, type)
    {
    }

    /// <summary>Its type.</summary>
    public new TableType Type => (TableType)base.Type;

    /// <summary>Current number of elements.</summary>
    /// <exception cref="WasmError"><c>store.gone</c>, <c>call.busy</c>, <c>call.deadline_exceeded</c>, <c>call.cancelled</c></exception>
    public async ValueTask<long> GetSizeAsync(CancellationToken cancellation = default) =>
        (await Store.SendAsync<StoreProtocol.Size>(new StoreProtocol.GetSize(Id), null, cancellation).ConfigureAwait(false)).Value;

    /// <summary>One element.</summary>
    /// <exception cref="WasmError"><c>table.out_of_range</c>, and as <see cref="GetSizeAsync"/>.</exception>
    public async ValueTask<Val> GetAsync(long index, CancellationToken cancellation = default) =>
        (await Store.SendAsync<StoreProtocol.Value>(new StoreProtocol.GetElement(Id, index), null, cancellation).ConfigureAwait(false)).Content;

    /// <summary>Sets one element: a function's handle, an object, or null.</summary>
    /// <exception cref="WasmError"><c>table.out_of_range</c>, <c>value.wrong_type</c>, and as <see cref="GetSizeAsync"/>.</exception>
    public async ValueTask SetAsync(long index, object? value, CancellationToken cancellation = default)
    {
        var element = HandleValues.Convert(value, Type.Element, "Element of a table");
        await Store.SendAsync<StoreProtocol.Done>(new StoreProtocol.SetElement(Id, index, element), null, cancellation).ConfigureAwait(false);
    }

    /// <summary>Grows the table.</summary>
    /// <param name="elements">How many elements more.</param>
    /// <param name="initial">Value of the new elements; default null.</param>
    /// <param name="cancellation">Gives the wait up.</param>
    /// <returns>The size before.</returns>
    /// <exception cref="WasmError"><c>table.grow_failed</c>, and as <see cref="GetSizeAsync"/>.</exception>
    public async ValueTask<long> GrowAsync(long elements, object? initial = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elements);
        Val? value = initial is null ? null : HandleValues.Convert(initial, Type.Element, "Element of a table");
        return (await Store.SendAsync<StoreProtocol.Size>(new StoreProtocol.GrowTable(Id, elements, value), null, cancellation).ConfigureAwait(false)).Value;
    }
}
