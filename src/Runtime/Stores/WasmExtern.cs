using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Stores;

/// <summary>Something of a store that can be imported and exported: a function, memory, table, global or tag.</summary>
/// <remarks>It lives as long as its store and is used under the store's rule: one thread at a time.</remarks>
public abstract class WasmExtern
{
    private protected WasmExtern(WasmStore store, in NativeExtern native)
    {
        Store = store;
        Native = native;
    }

    /// <summary>The store that it belongs to.</summary>
    public WasmStore Store { get; }

    /// <summary>What it is.</summary>
    public ExternKind Kind => (ExternKind)Native.Kind;

    /// <summary>Its type.</summary>
    public abstract ExternType Type { get; }

    internal NativeExtern Native { get; }

    /// <summary>Returns whether both are the same thing of one store, however they were reached.</summary>
    public override bool Equals(object? obj) =>
        obj is WasmExtern other && ReferenceEquals(Store, other.Store) && Kind == other.Kind && Native.Item.Equals(other.Native.Item);

    /// <inheritdoc/>
    public override int GetHashCode() => Native.Item.GetHashCode();

    /// <summary>The extern as one of its kinds, or an error that names both.</summary>
    internal static T Require<T>(WasmExtern item, string name)
        where T : WasmExtern
        => item as T ?? throw new WasmError(
            ErrorCode.ExportWrongKind,
            $"'{GuestText.Clean(name, GuestText.NameLimit)}' is a {item.Kind.ToString().ToLowerInvariant()}, not a {typeof(T).Name[4..].ToLowerInvariant()}.");
}
