using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Interop.Bridges;

/// <summary>Resolves imports and instantiates. The store must have been entered and a call level begun.</summary>
internal static unsafe class InstanceBridge
{
    /// <summary>Resolves imports that belong to no store, once for all stores.</summary>
    internal static InstancePreHandle Prepare(WasmModule module, List<(ImportType Import, object Definition)> imports, WasiVariant variant)
    {
        using var linker = NewLinker(module.Engine, imports, variant);
        using var use = new ModuleUse(module);
        nint pre;
        nint error = Native.wasmtime_linker_instantiate_pre(linker.DangerousGetHandle(), use.Pointer, &pre);
        return error == 0 ? new InstancePreHandle(pre) : throw LinkError(NativeError.TakeError(error));
    }

    internal static NativeInstance Instantiate(WasmStore store, InstancePreHandle prepared, out WasmException? failure)
    {
        NativeInstance instance;
        nint trap = 0;
        nint error = Native.wasmtime_instance_pre_instantiate(prepared.DangerousGetHandle(), store.Context, &instance, &trap);
        GC.KeepAlive(prepared);
        failure = store.FailureOf(error, trap);
        return instance;
    }

    /// <summary>Begins an instantiation that can be paused; the prepared module must be kept until it is done.</summary>
    internal static nint BeginInstantiate(WasmStore store, InstancePreHandle prepared, FutureFrame frame)
    {
        frame.Prepare(0);
        return Native.wasmtime_instance_pre_instantiate_async(prepared.DangerousGetHandle(), store.Context, frame.Instance, frame.Trap, frame.Error);
    }

    /// <summary>The same with imports of which some belong to the store.</summary>
    internal static nint BeginInstantiate(WasmStore store, WasmModule module, List<(ImportType Import, object Definition)> imports, WasmExtern?[] items, FutureFrame frame, out IDisposable linker)
    {
        var linking = NewLinker(store, module, imports, items);
        linker = linking;
        frame.Prepare(0);
        using var use = new ModuleUse(module);
        return Native.wasmtime_linker_instantiate_async(linking.DangerousGetHandle(), store.Context, use.Pointer, frame.Instance, frame.Trap, frame.Error);
    }

    /// <summary>The same with imports in the module's order.</summary>
    internal static nint BeginInstantiate(WasmStore store, WasmModule module, WasmExtern[] imports, FutureFrame frame, out IDisposable linker)
    {
        _ = InOrder(store, module, imports);
        var named = new List<(ImportType Import, object Definition)>(imports.Length);
        for (int i = 0; i < imports.Length; i++)
        {
            var import = module.Imports[i];
            if (named.Exists(n => n.Import.Module == import.Module && n.Import.Name == import.Name && !n.Definition.Equals(imports[i])))
            {
                throw new WasmError(ErrorCode.DuplicateDefinition, $"The module imports {import.ShownName} twice, and two objects were given for it: a store whose guests can be paused takes one. Use a direct store.");
            }

            named.Add((import, imports[i]));
        }

        return BeginInstantiate(store, module, named, imports, frame, out linker);
    }

    internal static NativeInstance ReadInstance(FutureFrame frame) => *frame.Instance;

    /// <summary>Instantiates with imports of which some belong to the store.</summary>
    internal static NativeInstance Instantiate(WasmStore store, WasmModule module, List<(ImportType Import, object Definition)> imports, WasmExtern?[] items, out WasmException? failure)
    {
        using var linker = NewLinker(store, module, imports, items);
        using var use = new ModuleUse(module);
        NativeInstance instance;
        nint trap = 0;
        nint error = Native.wasmtime_linker_instantiate(linker.DangerousGetHandle(), store.Context, use.Pointer, &instance, &trap);
        failure = store.FailureOf(error, trap) is { } refused ? Relabel(refused) : null;
        return instance;
    }

    private static LinkerHandle NewLinker(WasmStore store, WasmModule module, List<(ImportType Import, object Definition)> imports, WasmExtern?[] items)
    {
        var linker = NewLinker(module.Engine, imports, store.WasiVariant);
        for (int i = 0; i < items.Length; i++)
        {
            if (items[i] is { } item)
            {
                store.RequireSame(item.Store, $"import {imports[i].Import.ShownName}");
                Define(linker, store, imports[i].Import, item.Native);
            }
        }

        return linker;
    }

    /// <summary>Instantiates with imports in the module's order.</summary>
    internal static NativeInstance Instantiate(WasmStore store, WasmModule module, WasmExtern[] imports, out WasmException? failure)
    {
        var natives = InOrder(store, module, imports);
        using var use = new ModuleUse(module);
        NativeInstance instance;
        nint trap = 0;
        nint error;
        fixed (NativeExtern* items = natives)
        {
            error = Native.wasmtime_instance_new(store.Context, use.Pointer, items, (nuint)natives.Length, &instance, &trap);
        }

        failure = store.FailureOf(error, trap) is { } refused ? Relabel(refused) : null;
        return instance;
    }

    private static NativeExtern[] InOrder(WasmStore store, WasmModule module, WasmExtern[] imports)
    {
        RequireCount(module, imports.Length);
        var natives = new NativeExtern[imports.Length];
        for (int i = 0; i < imports.Length; i++)
        {
            if (imports[i] is null)
            {
                throw new WasmError(ErrorCode.MissingImport, $"Import {module.Imports[i].ShownName} ({module.Imports[i].Type}) was given as null.");
            }

            store.RequireSame(imports[i].Store, $"import {module.Imports[i].ShownName}");
            ImportCheck.Require(module.Imports[i], imports[i]);
            natives[i] = imports[i].Native;
        }

        return natives;
    }

    private static void RequireCount(WasmModule module, int count)
    {
        int wanted = module.Imports.Count;
        if (count < wanted)
        {
            var first = module.Imports[count];
            throw new WasmError(ErrorCode.MissingImport, $"The module has {wanted} imports, but {count} were given: the first that is missing is {first.ShownName} ({first.Type}).");
        }

        if (count > wanted)
        {
            string last = wanted == 0 ? "it has none" : $"its last is {module.Imports[wanted - 1].ShownName}";
            throw new WasmError(ErrorCode.TooManyImports, $"The module has {wanted} imports, but {count} were given: {last}.");
        }
    }

    // Only what the module imports is defined, so that a set may hold more than one module needs.
    private static LinkerHandle NewLinker(WasmEngine engine, List<(ImportType Import, object Definition)> imports, WasiVariant variant)
    {
        var linker = new LinkerHandle(Native.wasmtime_linker_new(engine.Pointer));
        nint pointer = linker.DangerousGetHandle();
        Native.wasmtime_linker_allow_shadowing(pointer, 1);
        if (imports.Exists(static i => ReferenceEquals(i.Definition, LinkedModule.FromWasi)))
        {
            NativeError.Throw(Native.wasmtime_linker_define_wasi(pointer), ErrorCode.EngineError);
            WasiFunctions.DefineOwn(engine, pointer, variant);
        }

        foreach (var (import, definition) in imports)
        {
            if (definition is HostFunc host)
            {
                HostBridge.Define(engine, pointer, import.Module, import.Name, host);
            }
            else if (definition is ServedFunc served)
            {
                ServedBridge.Define(engine, pointer, import.Module, import.Name, served);
            }
        }

        return linker;
    }

    private static void Define(LinkerHandle linker, WasmStore store, ImportType import, NativeExtern item)
    {
        byte[] module = Encoding.UTF8.GetBytes(import.Module);
        byte[] name = Encoding.UTF8.GetBytes(import.Name);
        fixed (byte* m = module)
        {
            fixed (byte* n = name)
            {
                NativeError.Throw(
                    Native.wasmtime_linker_define(linker.DangerousGetHandle(), store.Context, m, (nuint)module.Length, n, (nuint)name.Length, &item),
                    ErrorCode.DuplicateDefinition);
            }
        }
    }

    internal static WasmException Relabel(WasmException failure) =>
        failure is WasmError { Code: ErrorCode.EngineError, Origin: FailureOrigin.Store } error ? LinkError(error.Message, error.Frames) : failure;

    private static WasmError LinkError(NativeError error) => LinkError(error.Message, error.Frames);

    private static WasmError LinkError(string message, IReadOnlyList<TrapFrame> frames)
    {
        string code = message.Contains("incompatible import type", StringComparison.Ordinal) || message.Contains("types incompatible", StringComparison.Ordinal) ? ErrorCode.ImportWrongType
            : message.Contains("unknown import", StringComparison.Ordinal) ? ErrorCode.MissingImport
            : ErrorCode.EngineError;
        return new WasmError(code, message, frames, null);
    }
}
