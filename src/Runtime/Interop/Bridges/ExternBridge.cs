using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Finds exports and wraps them. The store must have been entered.</summary>
internal static unsafe class ExternBridge
{
    /// <summary>An export of the instance that called a host function, or null.</summary>
    internal static WasmExtern? CallerExport(WasmStore store, nint caller, string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        NativeExtern item;
        fixed (byte* text = bytes)
        {
            return Native.wasmtime_caller_export_get(caller, text, (nuint)bytes.Length, &item) == 0 ? null : Wrap(store, &item, null);
        }
    }

    /// <summary>An instance's export by its position in the module.</summary>
    internal static WasmExtern InstanceExport(WasmStore store, NativeInstance instance, int index, ExportType export)
    {
        byte* name;
        nuint length;
        NativeExtern item;
        return Native.wasmtime_instance_export_nth(store.Context, &instance, (nuint)index, &name, &length, &item) != 0
            ? Wrap(store, &item, export.Type)
            : throw new WasmError(ErrorCode.ExportNotFound, $"Wasmtime knows no export number {index} of the instance.");
    }

    private static WasmExtern Wrap(WasmStore store, NativeExtern* item, ExternType? type)
    {
        switch ((ExternKind)item->Kind)
        {
            case ExternKind.Func:
                return new WasmFunc(store, item->Func, type as FuncType is { IsNumeric: true } known ? known : null); // one with references may have a subtype
            case ExternKind.Global:
                return new WasmGlobal(store, *item, null);
            case ExternKind.Table:
                if (type is TableType table && store.KnownTable(item->Item) is null)
                {
                    store.RememberTable(item->Item, table);
                }

                return new WasmTable(store, *item, store.KnownTable(item->Item));
            case ExternKind.Memory:
                return new WasmMemory(store, *item, null);
            case ExternKind.Tag:
                return new WasmTag(store, *item, null);
            default:
                Native.wasmtime_extern_delete(item);
                throw new WasmError(ErrorCode.ExportWrongKind, "Shared memories are not supported.");
        }
    }
}
