using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Reaches globals and tags. The store must have been entered.</summary>
internal static unsafe class GlobalBridge
{
    internal static GlobalType TypeOf(WasmStore store, NativeItem global)
    {
        nint type = Native.wasmtime_global_type(store.Context, &global);
        var read = TypeReader.ReadGlobalType(type, store.Engine);
        Native.wasm_globaltype_delete(type);
        return read;
    }

    internal static TagType TagTypeOf(WasmStore store, NativeItem tag)
    {
        nint type = Native.wasmtime_tag_type(store.Context, &tag);
        var read = TypeReader.ReadTagType(type, store.Engine);
        Native.wasm_tagtype_delete(type);
        return read;
    }

    internal static NativeExtern Create(WasmStore store, GlobalType type, in Val value)
    {
        nint native = Native.wasm_globaltype_new(TypeWriter.NewValType(store.Engine, type.Content), type.IsMutable ? (byte)1 : (byte)0);
        NativeVal val;
        ReferenceBridge.ToNative(store, value, &val);
        var item = new NativeExtern { Kind = (byte)ExternKind.Global };
        nint error = Native.wasmtime_global_new(store.Context, native, &val, &item.Item);
        ReferenceBridge.Release(&val, 1);
        Native.wasm_globaltype_delete(native);
        NativeError.Throw(error, ErrorCode.WrongType, "The global cannot be made: ");
        return item;
    }

    internal static Val Get(WasmStore store, NativeItem global)
    {
        NativeVal val;
        Native.wasmtime_global_get(store.Context, &global, &val);
        return ReferenceBridge.FromOwned(store, &val);
    }

    internal static void Set(WasmStore store, NativeItem global, in Val value)
    {
        NativeVal val;
        ReferenceBridge.ToNative(store, value, &val);
        nint error = Native.wasmtime_global_set(store.Context, &global, &val);
        ReferenceBridge.Release(&val, 1);
        NativeError.Throw(error, ErrorCode.WrongType, "The global cannot be set: ");
    }
}
