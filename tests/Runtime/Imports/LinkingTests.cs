using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Tests.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Imports;

/// <summary>Row 14: imports by name.</summary>
[Trait("Row", "14")]
public sealed class LinkingTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void One_set_serves_many_modules_and_stores()
    {
        var set = new ImportSet().Define("math", "twice", (int a) => a * 2).Define("math", "unused", () => { });
        using var other = new TestStore();

        Assert.Equal(10, Run(_store, """(module (import "math" "twice" (func $t (param i32) (result i32))) (func (export "run") (result i32) (call $t (i32.const 5))))""", set));
        Assert.Equal(7, Run(_store, """(module (func (export "run") (result i32) i32.const 7))""", set));
        Assert.Equal(12, Run(other, """(module (import "math" "twice" (func $t (param i32) (result i32))) (func (export "run") (result i32) (call $t (i32.const 6))))""", set));
    }

    [Fact]
    public void One_set_serves_many_threads()
    {
        var set = new ImportSet().Define("math", "twice", (int a) => a * 2);
        var module = _store.Compile("""(module (import "math" "twice" (func $t (param i32) (result i32))) (func (export "run") (param i32) (result i32) (call $t (local.get 0))))""");
        Parallel.For(0, 200, i =>
        {
            using var store = new TestStore();
            Assert.Equal(i * 2, store.Store.Instantiate(module, set).GetFunc("run").Call<int, int>(i));
        });
    }

    [Fact]
    public void A_missing_import_is_named_with_its_type()
    {
        var error = Assert.Throws<WasmError>(() => _store.Load("""(module (import "env" "log" (func (param i32 i32))))"""));

        Assert.Equal(("link.missing_import", "The module imports env::log ((i32, i32) -> ()), which is not defined."), (error.Code, error.Message));
        Assert.Contains(
            "call DefineWasi()",
            Assert.Throws<WasmError>(() => _store.Load("""(module (import "wasi_snapshot_preview1" "sched_yield" (func (result i32))))""")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_definition_of_another_kind_or_type_is_named()
    {
        var set = new ImportSet().Define("env", "x", (int a) => a);

        Assert.Equal(
            "Import env::x must be of type (i64) -> (), but (i32) -> (i32) was given.",
            Assert.Throws<WasmError>(() => _store.Load("""(module (import "env" "x" (func (param i64))))""", set)).Message);
        var kind = Assert.Throws<WasmError>(() => _store.Load("""(module (import "env" "x" (global i32)))""", set));
        Assert.Equal(("link.wrong_kind", "Import env::x must be a global (global i32), but a function ((i32) -> (i32)) was given."), (kind.Code, kind.Message));
    }

    [Fact]
    public void A_name_is_defined_once()
    {
        var set = new ImportSet().Define("env", "x", () => { });

        var error = Assert.Throws<WasmError>(() => set.Define("env", "x", () => { }));
        Assert.Equal(("link.duplicate_definition", "env::x is defined already: a name can be defined once in a set."), (error.Code, error.Message));
        var copy = set.Copy().Define("env", "y", () => { });
        Assert.Throws<WasmError>(() => copy.Define("env", "x", () => { }));
        set.Define("env", "y", () => { });
        Assert.Throws<InvalidOperationException>(() => ImportSet.Empty.Define("a", "b", () => { }));
    }

    [Fact]
    public void A_definition_added_after_a_failed_link_is_found()
    {
        const string Text = """(module (import "env" "x" (func $x (result i32))) (func (export "run") (result i32) call $x))""";
        var module = _store.Compile(Text);
        var set = new ImportSet();
        Assert.Throws<WasmError>(() => _store.Store.Instantiate(module, set));
        set.Define("env", "x", () => 3);

        Assert.Equal(3, _store.Store.Instantiate(module, set).GetFunc("run").Call<int>());
    }

    [Fact]
    public void The_exports_of_an_instance_serve_as_imports()
    {
        var counter = _store.Load("""
            (module (global $n (export "n") (mut i32) (i32.const 0))
              (memory (export "memory") 1)
              (func (export "next") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))
            """);
        var set = new ImportSet().DefineInstance("counter", counter).Define("env", "log", (int _) => { });
        var user = _store.Load("""
            (module
              (import "counter" "next" (func $next (result i32)))
              (import "counter" "n" (global $n (mut i32)))
              (import "env" "log" (func $log (param i32)))
              (func (export "run") (result i32) (call $log (call $next)) (drop (call $next)) (global.get $n)))
            """, set);

        Assert.Equal(2, user.GetFunc("run").Call<int>());
        Assert.Equal(3, counter.GetFunc("next").Call<int>());
        Assert.Throws<WasmError>(() => set.DefineInstance("counter", counter));
    }

    [Fact]
    public void A_set_with_objects_of_a_store_serves_that_store_only()
    {
        using var other = new TestStore();
        var set = new ImportSet().Define("env", "m", WasmMemory.Create(_store.Store, new MemoryType(1)));
        const string Text = """(module (import "env" "m" (memory 1)))""";

        Assert.NotNull(_store.Load(Text, set));
        var error = Assert.Throws<WasmError>(() => other.Load(Text, set));
        Assert.Equal("store.wrong_store", error.Code);
        Assert.Contains("env::m", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_functions_trap_when_called_if_asked()
    {
        var set = new ImportSet { Unknown = UnknownImports.Trap }.Define("env", "known", () => 5);
        var guest = _store.Load(
            """
            (module
              (import "env" "known" (func $k (result i32)))
              (import "env" "unknown" (func $u (param externref) (result i64)))
              (func (export "known") (result i32) call $k)
              (func (export "unknown") (result i64) (call $u (ref.null extern))))
            """,
            set);

        Assert.Equal(5, guest.GetFunc("known").Call<int>());
        var trap = Assert.Throws<Trap>(() => guest.GetFunc("unknown").Call());
        Assert.Equal((TrapCode.Host, "unknown import: `env::unknown` has not been defined"), (trap.TrapCode, trap.Message));
        Assert.Equal("link.missing_import", Assert.Throws<WasmError>(() => _store.Load("""(module (import "env" "g" (global i32)))""", set)).Code);
    }

    [Fact]
    public void Unknown_imports_have_default_values_if_asked()
    {
        var guest = _store.Load(
            """
            (module
              (import "env" "f" (func $f (param i32) (result i32 f64 externref v128)))
              (import "env" "g" (global $g (mut i64)))
              (import "env" "m" (memory 2))
              (import "env" "t" (table 3 funcref))
              (func (export "f") (result i32 f64 externref v128) (call $f (i32.const 1)))
              (func (export "g") (result i64) (global.get $g))
              (func (export "sizes") (result i32 i32) (memory.size) (table.size 0)))
            """,
            new ImportSet { Unknown = UnknownImports.Default });

        Assert.Equal(new Val[] { 0, 0.0, Val.ExternRef(null), Val.V128(0, 0) }, guest.GetFunc("f").Call());
        Assert.Equal(0, guest.GetFunc("g").Call<long>());
        Assert.Equal((2, 3), guest.GetFunc("sizes").Call<(int, int)>());
    }

    [Theory]
    [InlineData("(func (result (ref func)))")]
    [InlineData("(global (ref func))")]
    [InlineData("(table 1 (ref func))")]
    [InlineData("(tag)")]
    public void What_has_no_default_value_stays_missing(string import)
    {
        var set = new ImportSet { Unknown = UnknownImports.Default };
        Assert.Equal("link.missing_import", Assert.Throws<WasmError>(() => _store.Load($"""(module (import "env" "x" {import}))""", set)).Code);
    }

    private static int Run(TestStore store, string text, ImportSet set) => store.Load(text, set).GetFunc("run").Call<int>();
}
