using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Marshalling;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Defines host functions in a linker, for every store that instantiates through it.</summary>
internal static unsafe class LinkerFunc
{
    /// <summary>One of the C functions that define a function.</summary>
    internal delegate nint Definer(nint linker, byte* module, nuint moduleLength, byte* name, nuint nameLength, nint type, nint data);

    /// <summary>Defines a function; the linker keeps <paramref name="definition"/> until it is deleted.</summary>
    /// <exception cref="WasmError"><c>link.duplicate_definition</c></exception>
    internal static void Define(WasmEngine engine, nint linker, string module, string name, FuncType type, object definition, Definer define)
    {
        nint nativeType = TypeWriter.NewFuncType(engine, type);
        nint data = GCHandle.ToIntPtr(GCHandle.Alloc(definition));
        byte[] moduleBytes = Encoding.UTF8.GetBytes(module);
        byte[] nameBytes = Encoding.UTF8.GetBytes(name);
        fixed (byte* m = moduleBytes)
        {
            fixed (byte* n = nameBytes)
            {
                nint error = define(linker, m, (nuint)moduleBytes.Length, n, (nuint)nameBytes.Length, nativeType, data);
                Native.wasm_functype_delete(nativeType);
                NativeError.Throw(error, ErrorCode.DuplicateDefinition, GuestText.Clean($"{module}::{name}: ", GuestText.NameLimit));
            }
        }
    }

    /// <summary>Ends what a definition kept, once.</summary>
    /// <remarks><c>void (*finalizer)(void* env)</c>: called when the linker and all stores that used it, or the store of a function made in one, are gone.</remarks>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void FreeHandle(nint handle) => GCHandle.FromIntPtr(handle).Free();
}
