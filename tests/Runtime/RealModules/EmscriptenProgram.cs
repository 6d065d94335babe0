using System.Text;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.RealModules;

/// <summary>
/// A program as Emscripten builds it with setjmp: a call that may longjmp goes through an import <c>invoke_…</c>, which calls the function
/// out of the table, and a longjmp unwinds to the innermost of those. Whatever else it imports answers zero.
/// </summary>
internal sealed class EmscriptenProgram
{
    private readonly StringBuilder _output = new();
    private readonly string _save;
    private readonly string _restore;

    /// <param name="store">The store.</param>
    /// <param name="module">The module.</param>
    /// <param name="save">The export that reads the guest's stack pointer.</param>
    /// <param name="restore">The export that sets it.</param>
    /// <param name="others">Defines more imports.</param>
    internal EmscriptenProgram(WasmStore store, WasmModule module, string save, string restore, Action<ImportSet>? others = null)
    {
        (_save, _restore) = (save, restore);
        var imports = new ImportSet { Unknown = UnknownImports.Default };
        foreach (var import in module.Imports)
        {
            if (import.Name.StartsWith("invoke_", StringComparison.Ordinal))
            {
                imports.Define(import.Module, import.Name, HostFunc.Create((FuncType)import.Type, Invoke, wantsCaller: true, import.QualifiedName));
            }
        }

        imports.Define("env", "_emscripten_throw_longjmp", new Action(static () => throw new LongJump()));
        imports.Define("env", "emscripten_resize_heap", Grow);
        imports.Define("wasi_snapshot_preview1", "fd_write", Write);
        imports.Define("wasi_snapshot_preview1", "environ_sizes_get", NoEnvironment);
        others?.Invoke(imports);
        Instance = store.Instantiate(module, imports);
        Instance.GetFunc("__wasm_call_ctors").Call();
    }

    internal WasmInstance Instance { get; }

    /// <summary>What was written to any descriptor.</summary>
    internal string Output => _output.ToString();

    /// <summary>How deep invocations have nested.</summary>
    internal int Deepest { get; private set; }

    private int Depth { get; set; }

    internal int Call(string name, params object?[] arguments) => Instance.GetFunc(name).Call(arguments) is { Count: > 0 } results ? results[0].AsI32() : 0;

    /// <summary>Copies a text with a terminating zero into the guest.</summary>
    internal int Put(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + "\0");
        int address = Call("malloc", bytes.Length);
        Instance.GetMemory().Write((uint)address, bytes);
        return address;
    }

    private Val[] Invoke(WasmCaller caller, Val[] arguments)
    {
        var target = caller.GetTable("__indirect_function_table").Get((uint)arguments[0].AsI32()).AsFuncRef()!;
        int stack = caller.GetFunc(_save).Call<int>();
        Deepest = Math.Max(Deepest, ++Depth);
        try
        {
            return [.. target.CallVals(arguments[1..])];
        }
        catch (WasmError jumped) when (jumped.InnerException is LongJump)
        {
            caller.GetFunc(_restore).Call<int, Nothing>(stack);
            caller.GetFunc("setThrew").Call<int, int, Nothing>(1, 0);
            return [.. target.Type.Results.Select(static type => Val.Number(type.Kind, 0, 0))];
        }
        finally
        {
            Depth--;
        }
    }

    private int Grow(WasmCaller caller, int bytes)
    {
        var memory = caller.GetMemory();
        try
        {
            memory.Grow((((uint)bytes + 65_535L) / 65_536) - memory.Pages);
            return 1;
        }
        catch (WasmError)
        {
            return 0;
        }
    }

    private static int NoEnvironment(WasmCaller caller, int count, int bytes)
    {
        caller.GetMemory().Write((uint)count, 0);
        caller.GetMemory().Write((uint)bytes, 0);
        return 0;
    }

    private int Write(WasmCaller caller, int descriptor, int vectors, int count, int written)
    {
        var memory = caller.GetMemory();
        int total = 0;
        for (int i = 0; i < count; i++)
        {
            int length = memory.Read<int>((uint)vectors + (8 * i) + 4);
            _output.Append(memory.ReadString((uint)memory.Read<int>((uint)vectors + (8 * i)), length));
            total += length;
        }

        memory.Write((uint)written, total);
        return 0;
    }

    private sealed class LongJump : Exception;
}
