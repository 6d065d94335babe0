using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Reaches into tables. The store must have been entered.</summary>
internal static unsafe class TableBridge
{
    internal static TableType TypeOf(WasmStore store, NativeItem table)
    {
        nint type = Native.wasmtime_table_type(store.Context, &table);
        var read = TypeReader.ReadTableType(type, store.Engine, new TableLimits(Native.wasmtime_table_size(store.Context, &table), null, false));
        Native.wasm_tabletype_delete(type);
        return read;
    }

    internal static NativeExtern Create(WasmStore store, TableType type, in Val initial)
    {
        if (type.Minimum > uint.MaxValue || type.Maximum >= uint.MaxValue)
        {
            throw new WasmError(ErrorCode.BadSettings, $"{type}: a table made by the host has at most {uint.MaxValue - 1} elements.");
        }

        uint* limits = stackalloc uint[] { (uint)type.Minimum, type.Maximum is { } maximum ? (uint)maximum : uint.MaxValue };
        nint native = Native.wasm_tabletype_new(TypeWriter.NewValType(store.Engine, type.Element), limits);
        NativeVal val;
        ReferenceBridge.ToNative(store, initial, &val);
        var item = new NativeExtern { Kind = (byte)ExternKind.Table };
        nint error = Native.wasmtime_table_new(store.Context, native, &val, &item.Item);
        ReferenceBridge.Release(&val, 1);
        Native.wasm_tabletype_delete(native);
        return error == 0 ? item : throw FailureMapper.Map(NativeError.TakeError(error), null, store);
    }

    internal static long Size(WasmStore store, NativeItem table) => (long)Native.wasmtime_table_size(store.Context, &table);

    internal static Val Get(WasmStore store, NativeItem table, long index)
    {
        NativeVal val;
        return index >= 0 && Native.wasmtime_table_get(store.Context, &table, (ulong)index, &val) != 0
            ? ReferenceBridge.FromOwned(store, &val)
            : throw OutOfRange(store, table, index);
    }

    /// <summary>Reads the functions of a table from its start: <see cref="NativeFunc.Private"/>, which identifies a
    /// function within its instance; 0 for null.</summary>
    internal static void GetFunctions(WasmStore store, NativeItem table, Span<nint> functions)
    {
        for (int i = 0; i < functions.Length; i++)
        {
            NativeVal val;
            bool isThere = Native.wasmtime_table_get(store.Context, &table, (ulong)i, &val) != 0;
            if (!isThere || val.Kind != (byte)ValKind.FuncRef)
            {
                throw OutOfRange(store, table, i);
            }

            functions[i] = val.Func.StoreId == 0 ? 0 : val.Func.Private; // functions are borrowed: nothing to release
        }
    }

    internal static void Set(WasmStore store, NativeItem table, long index, in Val value)
    {
        if (index < 0 || index >= Size(store, table))
        {
            throw OutOfRange(store, table, index);
        }

        NativeVal val;
        ReferenceBridge.ToNative(store, value, &val);
        nint error = Native.wasmtime_table_set(store.Context, &table, (ulong)index, &val);
        ReferenceBridge.Release(&val, 1);
        NativeError.Throw(error, ErrorCode.WrongType, "The element cannot be set: ");
    }

    internal static long Grow(WasmStore store, NativeItem table, long elements, in Val initial)
    {
        NativeVal val;
        ReferenceBridge.ToNative(store, initial, &val);
        ulong previous;
        nint error = Native.wasmtime_table_grow(store.Context, &table, (ulong)elements, &val, &previous);
        ReferenceBridge.Release(&val, 1);
        NativeError.Throw(error, ErrorCode.TableGrowFailed, $"The table cannot grow by {elements} elements: ");
        return (long)previous;
    }

    private static WasmError OutOfRange(WasmStore store, NativeItem table, long index) =>
        new(ErrorCode.TableOutOfRange, $"Index {index} lies outside of the table's {Size(store, table)} elements.");
}
