using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Imports;

/// <summary>Host functions and what their caller imports rather than exports, as Emscripten builds programs.</summary>
public sealed class ImportedMemoryTests : IDisposable
{
    private const string Guest = """
        (module
          (import "env" "memory" (memory 1))
          (import "env" "table" (table 1 funcref))
          (import "env" "sp" (global $sp (mut i32)))
          (import "env" "f" (func $f (result i32)))
          (func (export "run") (result i32) (call $f)))
        """;

    private readonly TestStore _store = new();
    private Func<WasmCaller, int> _host = static _ => 0;

    [Fact]
    public void The_memory_that_was_given_in_is_reached_by_its_usual_name_by_its_own_and_by_both_names()
    {
        var (guest, memory) = New(5);
        _host = caller =>
        {
            Assert.Equal(5, caller.GetMemory().Read<int>(0));
            Assert.Equal(5, caller.GetMemory("memory").Read<int>(0));
            Assert.Equal(5, ((WasmMemory)caller.GetImport("env", "memory")).Read<int>(0));
            Assert.Null(caller.TryGetImport("env", "none"));
            Assert.Null(caller.TryGetImport("env", "f")); // the host's own
            Assert.Equal(1, caller.GetTable("table").Size);
            Assert.Equal(64, caller.GetGlobal("sp").Get().AsI32());
            caller.GetMemory().Write(4, 9);
            return 1;
        };

        Assert.Equal(1, guest.GetFunc("run").Call<int>());
        Assert.Equal(9, memory.Read<int>(4));
    }

    [Fact]
    public void The_only_memory_is_reached_by_the_usual_name_whatever_it_is_called()
    {
        var memory = WasmMemory.Create(_store.Store, new MemoryType(1));
        memory.Write(0, 7);
        var guest = _store.Load(
            """(module (import "a" "b" (memory 1)) (import "env" "f" (func $f (result i32))) (func (export "run") (result i32) (call $f)))""",
            new ImportSet().Define("a", "b", memory).Define("env", "f", (WasmCaller caller) => caller.GetMemory().Read<int>(0)));

        Assert.Equal(7, guest.GetFunc("run").Call<int>());
    }

    [Fact]
    public void Each_of_several_instances_has_its_own()
    {
        var guests = Enumerable.Range(10, 3).Select(New).ToList();
        var plain = _store.Load(
            """(module (import "env" "f" (func $f (result i32))) (func (export "run") (result i32) (call $f)))""",
            new ImportSet().Define("env", "f", (WasmCaller caller) => caller.GetMemory().Read<int>(0)));
        _host = static caller => caller.GetMemory().Read<int>(0);

        Assert.Equal([10, 11, 12], guests.Select(static g => g.Guest.GetFunc("run").Call<int>()));
        var error = Assert.Throws<WasmError>(() => plain.GetFunc("run").Call());
        Assert.Equal(ErrorCode.ExportNotFound, error.Code);
        Assert.Equal("The calling instance exports nothing named 'memory'.", error.Message);
    }

    [Fact]
    public void A_start_function_has_it_too()
    {
        var memory = WasmMemory.Create(_store.Store, new MemoryType(1));
        memory.Write(0, 3);
        int seen = 0;
        _store.Load(
            """(module (import "env" "memory" (memory 1)) (import "env" "f" (func $f)) (func (export "other")) (start $f))""",
            new ImportSet().Define("env", "memory", memory).Define("env", "f", (WasmCaller caller) =>
            {
                seen = caller.GetMemory().Read<int>(0);
            }));

        Assert.Equal(3, seen);
    }

    [Fact]
    public void Imports_given_in_order_and_defaults_are_reached_as_well()
    {
        var f = WasmFunc.FromDelegate(_store.Store, null, (WasmCaller caller) => (int)caller.GetMemory().Pages);
        const string Text = """(module (import "env" "memory" (memory 2)) (import "env" "f" (func $f (result i32))) (func (export "run") (result i32) (call $f)))""";
        var inOrder = _store.Store.Instantiate(_store.Compile(Text), [WasmMemory.Create(_store.Store, new MemoryType(3)), f]);
        Assert.Equal(3, inOrder.GetFunc("run").Call<int>());

        using var other = new TestStore();
        var defaults = other.Load(Text, new ImportSet { Unknown = UnknownImports.Default }.Define("env", "f", (WasmCaller caller) => (int)caller.GetMemory().Pages));
        Assert.Equal(2, defaults.GetFunc("run").Call<int>());
    }

    [Fact]
    public void An_exported_memory_comes_first()
    {
        var imported = WasmMemory.Create(_store.Store, new MemoryType(1));
        var exporter = _store.Load(
            """(module (import "env" "memory" (memory 1)) (export "memory" (memory 0)) (import "env" "f" (func $f (result i32))) (func (export "run") (result i32) (call $f)))""",
            new ImportSet().Define("env", "memory", imported).Define("env", "f", (WasmCaller caller) => caller.GetMemory().Native.Item.Equals(imported.Native.Item) ? 1 : 0));

        Assert.Equal(1, exporter.GetFunc("run").Call<int>());
    }

    [Fact]
    public void A_function_that_is_only_passed_on_says_that_nobody_calls_it()
    {
        var passes = _store.Load(
            """(module (import "env" "f" (func $f (result i32))) (export "f" (func $f)) (memory (export "memory") 1))""",
            new ImportSet().Define("env", "f", (WasmCaller caller) => (int)caller.GetMemory().Length));

        var error = Assert.Throws<WasmError>(() => passes.GetFunc("f").Call());

        Assert.Equal(ErrorCode.ExportNotFound, error.Code);
        Assert.StartsWith("There is no calling instance to look 'memory' up in", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wasi_with_a_memory_that_is_imported_only_is_refused_when_it_is_linked()
    {
        var memory = WasmMemory.Create(_store.Store, new MemoryType(1));
        const string Text = """
            (module
              (import "env" "memory" (memory 1))
              (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
              (func (export "run")))
            """;
        var imports = new ImportSet().DefineWasi().Define("env", "memory", memory);

        var error = Assert.Throws<WasmError>(() => _store.Load(Text, imports));
        Assert.Equal("link.wasi_needs_memory", error.Code);
        Assert.Contains("env::memory", error.Message, StringComparison.Ordinal);

        _store.Load(Text.Replace("(func (export \"run\"))", "(export \"memory\" (memory 0))", StringComparison.Ordinal), imports);
        _store.Load(
            """(module (import "env" "memory" (memory 1)) (import "wasi_snapshot_preview1" "proc_exit" (func (param i32))))""",
            imports);
    }

    public void Dispose() => _store.Dispose();

    private (WasmInstance Guest, WasmMemory Memory) New(int content)
    {
        var store = _store.Store;
        var memory = WasmMemory.Create(store, new MemoryType(1));
        memory.Write(0, content);
        var guest = _store.Load(Guest, new ImportSet()
            .Define("env", "memory", memory)
            .Define("env", "table", WasmTable.Create(store, new TableType(ValType.FuncRef, 1)))
            .Define("env", "sp", WasmGlobal.Create(store, new GlobalType(ValType.I32, true), 64))
            .Define("env", "f", new Func<WasmCaller, int>(caller => _host(caller))));
        return (guest, memory);
    }
}
