using WasmActors.Actors.Messages;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Handles;

/// <summary>An exception tag in a store: it can be passed on as an import.</summary>
public sealed class TagRef : ExternRef
{
    internal TagRef(StoreRef store, ExternId id, ExternType type)
        : base(store, id, type)
    {
    }
}
