using WasmActors.Runtime.Interop.Abi;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>
/// Owns one root of a store's heap (<c>wasmtime_val_t</c> of an anyref, externref or exnref) and gives it back when
/// collected. Wasmtime allows that on any thread, also after the store has gone.
/// </summary>
internal sealed unsafe class RootedRef
{
    private NativeVal _val;

    /// <summary>Takes the root over.</summary>
    internal RootedRef(in NativeVal owned) => _val = owned;

    ~RootedRef()
    {
        fixed (NativeVal* val = &_val)
        {
            Native.wasmtime_val_unroot(val);
        }
    }

    /// <summary>A second root of the same object, owned by the caller.</summary>
    internal void CloneTo(NativeVal* copy)
    {
        fixed (NativeVal* val = &_val)
        {
            Native.wasmtime_val_clone(val, copy);
        }

        GC.KeepAlive(this);
    }
}
