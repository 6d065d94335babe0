using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Stores;

/// <summary>An exception tag of a store: it can be passed on as an import.</summary>
public sealed class WasmTag : WasmExtern
{
    private TagType? _type;

    internal WasmTag(WasmStore store, in NativeExtern native, TagType? type)
        : base(store, native) => _type = type;

    /// <inheritdoc/>
    public override TagType Type
    {
        get
        {
            if (_type is null)
            {
                using var _ = Store.Enter();
                _type = GlobalBridge.TagTypeOf(Store, Native.Item);
            }

            return _type;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Type.ToString();
}
