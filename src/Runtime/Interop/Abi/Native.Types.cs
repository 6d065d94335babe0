using System.Runtime.InteropServices;

namespace WasmActors.Runtime.Interop.Abi;

/// <summary>
/// The C functions of Wasmtime 50 that the embedding lacks or that are unsafe through it. Each entry shows the C
/// signature it mirrors; "own" marks what the caller must delete.
/// </summary>
internal static unsafe partial class Native
{
    private const string Library = "wasmtime";

    // const wasm_valtype_vec_t* wasm_functype_params(const wasm_functype_t*): borrowed from the type.
    [LibraryImport(Library)]
    internal static partial NativeVec* wasm_functype_params(nint type);

    // const wasm_valtype_vec_t* wasm_functype_results(const wasm_functype_t*): borrowed from the type.
    [LibraryImport(Library)]
    internal static partial NativeVec* wasm_functype_results(nint type);

    // own wasm_functype_t* wasm_functype_new(own wasm_valtype_vec_t* params, own wasm_valtype_vec_t* results): takes both.
    [LibraryImport(Library)]
    internal static partial nint wasm_functype_new(NativeVec* parameters, NativeVec* results);

    // void wasm_functype_delete(own wasm_functype_t*)
    [LibraryImport(Library)]
    internal static partial void wasm_functype_delete(nint type);

    // void wasm_valtype_vec_new(own wasm_valtype_vec_t* out, size_t, own wasm_valtype_t* const[]): takes the elements.
    [LibraryImport(Library)]
    internal static partial void wasm_valtype_vec_new(NativeVec* vec, nuint size, nint* data);

    // own wasm_valtype_t* wasm_valtype_copy(const wasm_valtype_t*)
    [LibraryImport(Library)]
    internal static partial nint wasm_valtype_copy(nint type);

    // void wasm_valtype_delete(own wasm_valtype_t*)
    [LibraryImport(Library)]
    internal static partial void wasm_valtype_delete(nint type);

    // bool wasmtime_wasm_valtype_equal(const wasm_valtype_t* a, const wasm_valtype_t* b)
    [LibraryImport(Library)]
    internal static partial byte wasmtime_wasm_valtype_equal(nint a, nint b);

    // void wasmtime_valtype_new(const wasm_valtype_t* ty, wasmtime_valtype_t* out): out owns a payload when concrete.
    // Safe for every type; wasm_valtype_kind aborts the process on v128 and on most reference types.
    [LibraryImport(Library)]
    internal static partial void wasmtime_valtype_new(nint type, NativeValType* result);

    // void wasmtime_valtype_delete(wasmtime_valtype_t*)
    [LibraryImport(Library)]
    internal static partial void wasmtime_valtype_delete(NativeValType* type);

    // own wasm_valtype_t* wasmtime_valtype_to_wasm(const wasm_engine_t*, const wasmtime_valtype_t*)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_valtype_to_wasm(nint engine, NativeValType* type);

    // const wasm_valtype_t* wasm_globaltype_content(const wasm_globaltype_t*): borrowed.
    [LibraryImport(Library)]
    internal static partial nint wasm_globaltype_content(nint type);

    // wasm_mutability_t wasm_globaltype_mutability(const wasm_globaltype_t*): 0 constant, 1 variable.
    [LibraryImport(Library)]
    internal static partial byte wasm_globaltype_mutability(nint type);

    // own wasm_globaltype_t* wasm_globaltype_new(own wasm_valtype_t*, wasm_mutability_t): takes the value type.
    [LibraryImport(Library)]
    internal static partial nint wasm_globaltype_new(nint content, byte mutability);

    // void wasm_globaltype_delete(own wasm_globaltype_t*)
    [LibraryImport(Library)]
    internal static partial void wasm_globaltype_delete(nint type);

    // const wasm_valtype_t* wasm_tabletype_element(const wasm_tabletype_t*): borrowed.
    [LibraryImport(Library)]
    internal static partial nint wasm_tabletype_element(nint type);

    // own wasm_tabletype_t* wasm_tabletype_new(own wasm_valtype_t*, const wasm_limits_t*): takes the value type.
    [LibraryImport(Library)]
    internal static partial nint wasm_tabletype_new(nint element, uint* limits);

    // void wasm_tabletype_delete(own wasm_tabletype_t*)
    [LibraryImport(Library)]
    internal static partial void wasm_tabletype_delete(nint type);

    // uint64_t wasmtime_memorytype_minimum(const wasm_memorytype_t*)
    [LibraryImport(Library)]
    internal static partial ulong wasmtime_memorytype_minimum(nint type);

    // bool wasmtime_memorytype_maximum(const wasm_memorytype_t*, uint64_t* max)
    [LibraryImport(Library)]
    internal static partial byte wasmtime_memorytype_maximum(nint type, ulong* maximum);

    // bool wasmtime_memorytype_is64(const wasm_memorytype_t*)
    [LibraryImport(Library)]
    internal static partial byte wasmtime_memorytype_is64(nint type);

    // bool wasmtime_memorytype_isshared(const wasm_memorytype_t*)
    [LibraryImport(Library)]
    internal static partial byte wasmtime_memorytype_isshared(nint type);

    // uint8_t wasmtime_memorytype_page_size_log2(const wasm_memorytype_t*)
    [LibraryImport(Library)]
    internal static partial byte wasmtime_memorytype_page_size_log2(nint type);

    // wasmtime_error_t* wasmtime_memorytype_new(uint64_t min, bool max_present, uint64_t max, bool is_64, bool shared,
    //     uint8_t page_size_log2, own wasm_memorytype_t** ret)
    [LibraryImport(Library)]
    internal static partial nint wasmtime_memorytype_new(ulong minimum, byte hasMaximum, ulong maximum, byte is64, byte shared, byte pageSizeLog2, nint* result);

    // void wasm_memorytype_delete(own wasm_memorytype_t*)
    [LibraryImport(Library)]
    internal static partial void wasm_memorytype_delete(nint type);

    // const wasm_functype_t* wasm_tagtype_functype(const wasm_tagtype_t*): borrowed.
    [LibraryImport(Library)]
    internal static partial nint wasm_tagtype_functype(nint type);

    // wasm_externkind_t wasm_externtype_kind(const wasm_externtype_t*): 0 func, 1 global, 2 table, 3 memory, 4 tag.
    [LibraryImport(Library)]
    internal static partial byte wasm_externtype_kind(nint type);

    // const wasm_functype_t* wasm_externtype_as_functype_const(const wasm_externtype_t*), and its sisters: borrowed casts.
    [LibraryImport(Library)]
    internal static partial nint wasm_externtype_as_functype_const(nint type);

    [LibraryImport(Library)]
    internal static partial nint wasm_externtype_as_globaltype_const(nint type);

    [LibraryImport(Library)]
    internal static partial nint wasm_externtype_as_tabletype_const(nint type);

    [LibraryImport(Library)]
    internal static partial nint wasm_externtype_as_memorytype_const(nint type);

    [LibraryImport(Library)]
    internal static partial nint wasm_externtype_as_tagtype_const(nint type);

    // const wasm_name_t* wasm_importtype_module(const wasm_importtype_t*), …_name, …_type; wasm_exporttype_name, …_type: borrowed.
    [LibraryImport(Library)]
    internal static partial NativeVec* wasm_importtype_module(nint import);

    [LibraryImport(Library)]
    internal static partial NativeVec* wasm_importtype_name(nint import);

    [LibraryImport(Library)]
    internal static partial nint wasm_importtype_type(nint import);

    [LibraryImport(Library)]
    internal static partial NativeVec* wasm_exporttype_name(nint export);

    [LibraryImport(Library)]
    internal static partial nint wasm_exporttype_type(nint export);

    // void wasm_importtype_vec_delete(own wasm_importtype_vec_t*); void wasm_exporttype_vec_delete(own wasm_exporttype_vec_t*)
    [LibraryImport(Library)]
    internal static partial void wasm_importtype_vec_delete(NativeVec* vec);

    [LibraryImport(Library)]
    internal static partial void wasm_exporttype_vec_delete(NativeVec* vec);

    // void wasm_byte_vec_delete(own wasm_byte_vec_t*)
    [LibraryImport(Library)]
    internal static partial void wasm_byte_vec_delete(NativeVec* vec);
}
