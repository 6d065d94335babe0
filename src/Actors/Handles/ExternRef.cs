using WasmActors.Actors.Messages;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Handles;

/// <summary>A handle of something in a store: plain data that may be kept, shared and sent within the process.</summary>
/// <remarks>Using it after its store has gone is <c>store.gone</c>, at once.</remarks>
public abstract class ExternRef
{
    private protected ExternRef(StoreRef store, ExternId id, ExternType type)
    {
        Store = store;
        Id = id;
        Type = type;
    }

    /// <summary>The store that it is in.</summary>
    public StoreRef Store { get; }

    /// <summary>Its name within the store, as the protocol's commands take it.</summary>
    public ExternId Id { get; }

    /// <summary>Its type.</summary>
    public ExternType Type { get; }

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is ExternRef other && Id == other.Id && Store.Equals(other.Store) && GetType() == other.GetType();

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Store, Id);

    /// <inheritdoc/>
    public override string ToString() => $"store {Store.Id}: {Type}";

    internal static ExternRef Create(StoreRef store, ExternId id, ExternType type) => type switch
    {
        FuncType func => new FuncRef(store, id, func),
        MemoryType memory => new MemoryRef(store, id, memory),
        TableType table => new TableRef(store, id, table),
        GlobalType global => new GlobalRef(store, id, global),
        _ => new TagRef(store, id, type),
    };
}
