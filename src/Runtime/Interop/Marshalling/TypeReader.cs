using System.Text;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Marshalling;

/// <summary>Reads Wasmtime's type objects. Every pointer stays the caller's.</summary>
internal static unsafe class TypeReader
{
    internal static ValType ReadValType(nint type, WasmEngine engine)
    {
        NativeValType native;
        Native.wasmtime_valtype_new(type, &native);
        if (native.Kind < 5)
        {
            return ValType.Number((ValKind)native.Kind);
        }

        var heap = (HeapType)native.Heap;
        bool nullable = native.Nullable != 0;
        Native.wasmtime_valtype_delete(&native);
        return heap is HeapType.ConcreteFunc or HeapType.ConcreteArray or HeapType.ConcreteStruct or HeapType.ConcreteExn
            ? ValType.Defined(heap, nullable, new ConcreteType(type, engine))
            : ValType.Reference(heap, nullable);
    }

    internal static FuncType ReadFuncType(nint type, WasmEngine engine) =>
        new(ReadVec(Native.wasm_functype_params(type), engine), ReadVec(Native.wasm_functype_results(type), engine));

    internal static GlobalType ReadGlobalType(nint type, WasmEngine engine) =>
        new(ReadValType(Native.wasm_globaltype_content(type), engine), Native.wasm_globaltype_mutability(type) != 0);

    internal static MemoryType ReadMemoryType(nint type)
    {
        ulong maximum;
        bool hasMaximum = Native.wasmtime_memorytype_maximum(type, &maximum) != 0;
        return new MemoryType(
            Native.wasmtime_memorytype_minimum(type),
            hasMaximum ? maximum : null,
            Native.wasmtime_memorytype_is64(type) != 0,
            Native.wasmtime_memorytype_isshared(type) != 0,
            Native.wasmtime_memorytype_page_size_log2(type));
    }

    /// <summary>Reads a table type whose limits the caller knows: asking Wasmtime for limits beyond 32 bits aborts the process.</summary>
    internal static TableType ReadTableType(nint type, WasmEngine engine, TableLimits limits) =>
        new(ReadValType(Native.wasm_tabletype_element(type), engine), limits.Minimum, limits.Maximum);

    internal static TagType ReadTagType(nint type, WasmEngine engine) =>
        new(ReadVec(Native.wasm_functype_params(Native.wasm_tagtype_functype(type)), engine));

    internal static ExternType ReadExternType(nint type, WasmEngine engine, TableLimits tableLimits) => Native.wasm_externtype_kind(type) switch
    {
        0 => ReadFuncType(Native.wasm_externtype_as_functype_const(type), engine),
        1 => ReadGlobalType(Native.wasm_externtype_as_globaltype_const(type), engine),
        2 => ReadTableType(Native.wasm_externtype_as_tabletype_const(type), engine, tableLimits),
        3 => ReadMemoryType(Native.wasm_externtype_as_memorytype_const(type)),
        _ => ReadTagType(Native.wasm_externtype_as_tagtype_const(type), engine),
    };

    /// <summary>A name of the guest's as text; null for none.</summary>
    internal static string? ReadName(NativeVec* name) => name is null ? null : ReadText(*name);

    internal static string ReadText(in NativeVec bytes) =>
        Encoding.UTF8.GetString(new ReadOnlySpan<byte>(bytes.Data, checked((int)bytes.Size)));

    private static ValType[] ReadVec(NativeVec* vec, WasmEngine engine)
    {
        var types = new ValType[vec->Size];
        for (int i = 0; i < types.Length; i++)
        {
            types[i] = ReadValType(((nint*)vec->Data)[i], engine);
        }

        return types;
    }
}
