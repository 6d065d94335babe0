using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Imports;

/// <summary>Row 13: imports as a list in the module's own order.</summary>
[Trait("Row", "13")]
public sealed class InstantiationTests : IDisposable
{
    private const string Importing = """
        (module
          (import "env" "f" (func $f (param i32) (result i32)))
          (import "env" "m" (memory 1 4))
          (import "env" "t" (table 2 8 funcref))
          (import "env" "g" (global (mut i64)))
          (func (export "run") (param i32) (result i64)
            (i64.add (i64.extend_i32_s (call $f (local.get 0))) (global.get 0)))
          (func (export "peek") (result i32) (i32.load8_u (i32.const 3)))
          (func (export "size") (result i32) (table.size 0)))
        """;

    private readonly TestStore _store = new();
    private readonly WasmModule _module;

    public InstantiationTests() => _module = _store.Compile(Importing);

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Imports_in_the_module_s_order_are_linked()
    {
        var items = Good();
        var instance = _store.Store.Instantiate(_module, items);
        ((WasmMemory)items[1]).Write(3, (byte)99);

        Assert.Equal(107, instance.GetFunc("run").Call<int, long>(7));
        Assert.Equal(99, instance.GetFunc("peek").Call<int>());
        Assert.Equal(3, instance.GetFunc("size").Call<int>());
    }

    [Theory]
    [InlineData(0, "The module has 4 imports, but 0 were given: the first that is missing is env::f ((i32) -> (i32)).")]
    [InlineData(3, "The module has 4 imports, but 3 were given: the first that is missing is env::g (global mut i64).")]
    public void Too_few_imports_name_the_first_that_is_missing(int count, string message) =>
        AssertRefused("link.missing_import", message, Good()[..count]);

    [Fact]
    public void Too_many_imports_are_refused()
    {
        AssertRefused("link.too_many_imports", "The module has 4 imports, but 5 were given: its last is env::g.", [.. Good(), Good()[0]]);
        var error = Assert.Throws<WasmError>(() => _store.Store.Instantiate(_store.Compile("(module)"), Good()[..1]));
        Assert.Equal("The module has 0 imports, but 1 were given: it has none.", error.Message);
    }

    [Fact]
    public void An_import_of_another_kind_names_the_import_and_both_kinds()
    {
        var items = Good();
        (items[1], items[2]) = (items[2], items[1]);
        AssertRefused("link.wrong_kind", "Import env::m must be a memory (memory 1..4 pages), but a table (table 3..5 funcref) was given.", items);
    }

    [Fact]
    public void An_import_of_another_type_names_the_import_and_both_types()
    {
        AssertWrongType(0, WasmFunc.FromDelegate(_store.Store, null, (long a) => a), "Import env::f must be of type (i32) -> (i32), but (i64) -> (i64) was given.");
        AssertWrongType(0, WasmFunc.FromDelegate(_store.Store, null, (int a) => { }), "Import env::f must be of type (i32) -> (i32), but (i32) -> () was given.");
        AssertWrongType(1, WasmMemory.Create(_store.Store, new MemoryType(1, 5)), "Import env::m must be of type memory 1..4 pages, but memory 1..5 pages was given.");
        AssertWrongType(1, WasmMemory.Create(_store.Store, new MemoryType(1)), "Import env::m must be of type memory 1..4 pages, but memory 1.. pages was given.");
        AssertWrongType(1, WasmMemory.Create(_store.Store, new MemoryType(1, 4, Is64: true)), "Import env::m must be of type memory 1..4 pages, but memory64 1..4 pages was given.");
        AssertWrongType(2, WasmTable.Create(_store.Store, new TableType(ValType.ExternRef, 3, 5)), "Import env::t must be of type table 2..8 funcref, but table 3..5 externref was given.");
        AssertWrongType(3, WasmGlobal.Create(_store.Store, new GlobalType(ValType.I64, false), 1), "Import env::g must be of type global mut i64, but global i64 was given.");
        AssertWrongType(3, WasmGlobal.Create(_store.Store, new GlobalType(ValType.I32, true), 1), "Import env::g must be of type global mut i64, but global mut i32 was given.");
    }

    [Fact]
    public void What_only_wasmtime_can_judge_is_refused_under_the_import_s_name_too()
    {
        AssertWrongType(1, WasmMemory.Create(_store.Store, new MemoryType(0, 4)), "env::m");
        AssertWrongType(2, WasmTable.Create(_store.Store, new TableType(ValType.FuncRef, 1, 8)), "env::t");
        AssertWrongType(2, WasmTable.Create(_store.Store, new TableType(ValType.FuncRef, 2)), "env::t");
    }

    [Fact]
    public void An_import_of_another_store_is_refused_by_name()
    {
        using var other = new TestStore();
        var items = Good();
        items[3] = WasmGlobal.Create(other.Store, new GlobalType(ValType.I64, true), 1);
        var error = Assert.Throws<WasmError>(() => _store.Store.Instantiate(_module, items));

        Assert.Equal("store.wrong_store", error.Code);
        Assert.Contains("import env::g", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_null_import_is_refused_by_name() => AssertRefused("link.missing_import", "Import env::f ((i32) -> (i32)) was given as null.", [null!, .. Good()[1..]]);

    [Fact]
    public void A_module_of_another_engine_is_refused()
    {
        using var engine = new WasmEngine();
        using var module = WasmModule.FromText(engine, "(module)");

        Assert.Equal("store.wrong_store", Assert.Throws<WasmError>(() => _store.Store.Instantiate(module)).Code);
        Assert.Equal("store.wrong_store", Assert.Throws<WasmError>(() => _store.Store.Instantiate(module, [])).Code);
    }

    [Fact]
    public void An_import_s_hostile_name_is_escaped_and_cut_in_messages()
    {
        string name = @"a\1b[31m\0a" + new string('x', 50_000);
        foreach (var attempt in new Action[]
        {
            () => _store.Load($"""(module (import "{name}" "f" (func)))"""),
            () => _store.Store.Instantiate(_store.Compile($"""(module (import "{name}" "f" (func)))"""), []),
            () => _store.Load($"""(module (import "{name}" "f" (func)))""", new Runtime.Imports.ImportSet { Unknown = Runtime.Imports.UnknownImports.Default }.Define("a\u001b[31m\n" + new string('x', 50_000), "f", (int _) => { })),
            () => _store.Load($"""(module (import "{name}" "f" (func $f)) (start $f))""", new Runtime.Imports.ImportSet { Unknown = Runtime.Imports.UnknownImports.Trap }),
        })
        {
            string message = Assert.ThrowsAny<WasmException>(attempt).Message;
            Assert.Contains(@"a\x1b[31m\nxxx", message, StringComparison.Ordinal);
            Assert.DoesNotContain(message, char.IsControl);
            Assert.True(message.Length < 500);
        }
    }

    private WasmExtern[] Good() =>
    [
        WasmFunc.FromDelegate(_store.Store, null, (int a) => a),
        WasmMemory.Create(_store.Store, new MemoryType(1, 3)),
        WasmTable.Create(_store.Store, new TableType(ValType.FuncRef, 3, 5)),
        WasmGlobal.Create(_store.Store, new GlobalType(ValType.I64, true), 100),
    ];

    private void AssertWrongType(int index, WasmExtern item, string message)
    {
        var items = Good();
        items[index] = item;
        AssertRefused("link.wrong_type", message, items);
    }

    private void AssertRefused(string code, string message, WasmExtern[] items)
    {
        var error = Assert.Throws<WasmError>(() => _store.Store.Instantiate(_module, items));
        Assert.Equal(code, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
