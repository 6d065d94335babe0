using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>
/// Compiles modules and reads their imports and exports. The embedding's own <c>Module</c> cannot be used: it asks Wasmtime
/// for the kinds of all parameters, and Wasmtime aborts the process for those that are garbage-collected references.
/// </summary>
internal static unsafe class ModuleTypes
{
    internal static nint Compile(WasmEngine engine, ReadOnlySpan<byte> wasm)
    {
        nint module;
        using var use = engine.BeginUse();
        fixed (byte* bytes = wasm)
        {
            NativeError.Throw(Native.wasmtime_module_new(engine.Pointer, bytes, (nuint)wasm.Length, &module), ErrorCode.ModuleInvalid, "The module is invalid: ");
        }

        return module;
    }

    /// <exception cref="WasmError"><c>module.invalid</c></exception>
    internal static void Validate(WasmEngine engine, ReadOnlySpan<byte> wasm)
    {
        using var use = engine.BeginUse();
        fixed (byte* bytes = wasm)
        {
            NativeError.Throw(Native.wasmtime_module_validate(engine.Pointer, bytes, (nuint)wasm.Length), ErrorCode.ModuleInvalid, "The module is invalid: ");
        }
    }

    /// <summary>Loads native code that this program made; anything else may end the process.</summary>
    /// <remarks>
    /// Not by Wasmtime's way to map a file into memory: whoever changed that file afterwards would change code that is running,
    /// and whoever cut it would end the process.
    /// </remarks>
    /// <returns>The module, or 0 when Wasmtime refuses it.</returns>
    internal static nint LoadArtifact(WasmEngine engine, ReadOnlySpan<byte> artifact)
    {
        nint module;
        using var use = engine.BeginUse();
        fixed (byte* bytes = artifact)
        {
            nint error = Native.wasmtime_module_deserialize(engine.Pointer, bytes, (nuint)artifact.Length, &module);
            if (error != 0)
            {
                Native.wasmtime_error_delete(error);
                return 0;
            }
        }

        return module;
    }

    internal static byte[] Serialize(WasmModule module)
    {
        NativeVec bytes;
        using var use = new ModuleUse(module);
        NativeError.Throw(Native.wasmtime_module_serialize(use.Pointer, &bytes), ErrorCode.EngineError);
        return TakeBytes(&bytes);
    }

    internal static byte[] TextToBinary(ReadOnlySpan<byte> text)
    {
        NativeVec bytes;
        fixed (byte* start = text)
        {
            NativeError.Throw(Native.wasmtime_wat2wasm(start, (nuint)text.Length, &bytes), ErrorCode.ModuleInvalid, "The module is neither binary nor valid text: ");
        }

        return TakeBytes(&bytes);
    }

    internal static ImportType[] Imports(WasmEngine engine, nint module, ModuleBinary? binary)
    {
        NativeVec vec;
        Native.wasmtime_module_imports(module, &vec);
        var imports = new ImportType[vec.Size];
        for (int i = 0; i < imports.Length; i++)
        {
            nint import = ((nint*)vec.Data)[i];
            TableLimits? limits = binary?.ImportedTables.TryGetValue(i, out var known) == true ? known : null;
            imports[i] = new ImportType(
                TypeReader.ReadText(*Native.wasm_importtype_module(import)),
                TypeReader.ReadText(*Native.wasm_importtype_name(import)),
                TypeReader.ReadExternType(Native.wasm_importtype_type(import), engine, limits ?? default));
        }

        Native.wasm_importtype_vec_delete(&vec);
        return imports;
    }

    internal static ExportType[] Exports(WasmEngine engine, nint module, ModuleBinary? binary)
    {
        NativeVec vec;
        Native.wasmtime_module_exports(module, &vec);
        var exports = new ExportType[vec.Size];
        for (int i = 0; i < exports.Length; i++)
        {
            nint export = ((nint*)vec.Data)[i];
            string name = TypeReader.ReadText(*Native.wasm_exporttype_name(export));
            TableLimits? limits = binary?.ExportedTables.TryGetValue(name, out var known) == true ? known : null;
            exports[i] = new ExportType(name, TypeReader.ReadExternType(Native.wasm_exporttype_type(export), engine, limits ?? default));
        }

        Native.wasm_exporttype_vec_delete(&vec);
        return exports;
    }

    private static byte[] TakeBytes(NativeVec* vec)
    {
        byte[] bytes = new ReadOnlySpan<byte>(vec->Data, checked((int)vec->Size)).ToArray();
        Native.wasm_byte_vec_delete(vec);
        return bytes;
    }
}
