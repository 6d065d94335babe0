using WasmActors.Runtime.Interop.Bridges;

namespace WasmActors.Runtime.Values;

/// <summary>
/// An opaque reference into a guest's heap: a struct, an array, an i31 or an exception. It can be passed back to the store
/// that it came from, and keeps its object alive until it is collected itself.
/// </summary>
/// <remarks>It may be held and released on any thread; only passing it to its store is the owner's affair.</remarks>
public sealed class WasmReference
{
    internal WasmReference(ValKind kind, long storeId, RootedRef root)
    {
        Kind = kind;
        StoreId = storeId;
        Root = root;
    }

    /// <summary>The family of references it belongs to.</summary>
    public ValKind Kind { get; }

    /// <summary>The store that it came from.</summary>
    public long StoreId { get; }

    internal RootedRef Root { get; }

    /// <inheritdoc/>
    public override string ToString() => $"<{Kind.ToString().ToLowerInvariant()}>";
}
