using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Marshalling;

/// <summary>Makes Wasmtime's type objects. What it returns belongs to the caller.</summary>
internal static unsafe class TypeWriter
{
    /// <summary>A <c>wasm_functype_t</c>; delete with <c>wasm_functype_delete</c>.</summary>
    internal static nint NewFuncType(WasmEngine engine, FuncType type)
    {
        foreach (var part in type.Params.Concat(type.Results))
        {
            part.Concrete?.RequireEngine(engine); // before anything is made that would have to be deleted again
        }

        NativeVec parameters = NewVec(engine, type.Params.AsSpan());
        NativeVec results = NewVec(engine, type.Results.AsSpan());
        return Native.wasm_functype_new(&parameters, &results);
    }

    /// <summary>A <c>wasm_valtype_t</c>; delete with <c>wasm_valtype_delete</c> unless another type takes it.</summary>
    internal static nint NewValType(WasmEngine engine, ValType type)
    {
        if (type.Concrete is { } concrete)
        {
            return concrete.CopyFor(engine);
        }

        var native = default(NativeValType);
        native.Kind = type.IsNumeric ? (byte)type.Kind : (byte)5;
        native.Nullable = type.IsNullable ? (byte)1 : (byte)0;
        native.Heap = (byte)type.Heap;
        return Native.wasmtime_valtype_to_wasm(engine.Pointer, &native);
    }

    private static NativeVec NewVec(WasmEngine engine, ReadOnlySpan<ValType> types)
    {
        nint* elements = stackalloc nint[types.Length + 1];
        for (int i = 0; i < types.Length; i++)
        {
            elements[i] = NewValType(engine, types[i]);
        }

        NativeVec vec;
        Native.wasm_valtype_vec_new(&vec, (nuint)types.Length, elements);
        return vec;
    }
}
