using WasmActors.Actors.Imports;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Imports;

[Trait("Row", "14")]
public class ImportMapTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private const string Counter = """
        (module
          (memory (export "memory") 1)
          (global (export "count") (mut i32) (i32.const 0))
          (func (export "increment") (result i32)
            (global.set 0 (i32.add (global.get 0) (i32.const 1)))
            (global.get 0)))
        """;

    private const string User = """
        (module
          (import "counter" "increment" (func $increment (result i32)))
          (import "env" "scale" (func $scale (param i32) (result i32)))
          (func (export "run") (result i32) (call $scale (call $increment))))
        """;

    [Fact]
    public async Task One_set_serves_many_modules_and_stores()
    {
        var set = new ImportSet().Define("env", "host", (int x) => x + 1).Define("env", "scale", (int x) => x * 10);
        var first = await fixture.NewAsync("""(module (import "env" "host" (func $f (param i32) (result i32))) (func (export "f") (result i32) (call $f (i32.const 1))))""", set);
        var second = await fixture.NewAsync("""(module (import "env" "scale" (func $f (param i32) (result i32))) (func (export "f") (result i32) (call $f (i32.const 1))))""", set);

        Assert.Equal(2, await first.GetFunc("f").CallAsync<int>());
        Assert.Equal(10, await second.GetFunc("f").CallAsync<int>());
    }

    [Fact]
    public async Task Other_instances_of_the_store_are_imports()
    {
        var counter = await fixture.NewAsync(Counter);
        var map = new ImportMap(new ImportSet().Define("env", "scale", (int x) => x * 10)).DefineInstance("counter", counter);

        var user = await counter.Store.InstantiateAsync(await fixture.Host.LoadTextAsync(User), map);

        Assert.Equal(10, await user.GetFunc("run").CallAsync<int>());
        Assert.Equal(2, await counter.GetFunc("increment").CallAsync<int>());
        Assert.Equal(30, await user.GetFunc("run").CallAsync<int>());
    }

    [Fact]
    public async Task Single_handles_are_imports_under_any_name()
    {
        var counter = await fixture.NewAsync(Counter);
        var scale = await counter.Store.CreateFuncAsync(null, (int x) => x * 100);
        var map = new ImportMap().Define("counter", "increment", counter.GetFunc("increment")).Define("env", "scale", scale);

        var user = await counter.Store.InstantiateAsync(await fixture.Host.LoadTextAsync(User), map);

        Assert.Equal(100, await user.GetFunc("run").CallAsync<int>());
    }

    [Fact]
    public async Task An_import_of_another_store_is_refused_naming_the_import_and_both_stores()
    {
        var own = await fixture.Host.CreateStoreAsync();
        var foreign = await fixture.NewAsync(Counter);
        var map = new ImportMap(new ImportSet().Define("env", "scale", (int x) => x)).DefineInstance("counter", foreign);

        var error = await Expect.ErrorAsync(ErrorCode.WrongStore, own.InstantiateAsync(await fixture.Host.LoadTextAsync(User), map));

        Assert.Equal($"Import counter::memory belongs to store {foreign.Store.Id}, not to store {own.Id}: objects cannot be shared between stores.", error.Message);
    }

    [Fact]
    public async Task A_name_can_be_defined_once()
    {
        var counter = await fixture.NewAsync(Counter);
        var map = new ImportMap().DefineInstance("counter", counter);

        var error = Assert.Throws<WasmError>(() => map.Define("counter", "count", counter.GetGlobal("count")));

        Assert.Equal(ErrorCode.DuplicateDefinition, error.Code);
        Assert.StartsWith("counter::count is defined already", error.Message);
    }

    [Fact]
    public async Task Missing_imports_are_an_error_that_names_all_of_them_with_their_types()
    {
        var store = await fixture.Host.CreateStoreAsync();

        var error = await Expect.ErrorAsync(ErrorCode.MissingImport, store.InstantiateAsync(await fixture.Host.LoadTextAsync(User)));

        Assert.Equal("The module imports 2 things that are not defined: counter::increment (() -> (i32)), env::scale ((i32) -> (i32)).", error.Message);
    }

    [Fact]
    public async Task Unknown_functions_trap_when_asked_to()
    {
        var user = await fixture.NewAsync(User, new ImportSet { Unknown = UnknownImports.Trap });

        var trap = await Expect.TrapAsync("trap.host", user.GetFunc("run").CallAsync<int>());

        Assert.Equal("unknown import: `counter::increment` has not been defined", trap.Message);
    }

    [Fact]
    public async Task Unknown_imports_become_default_values_when_asked_to()
    {
        var user = await fixture.NewAsync(
            """
            (module
              (import "a" "f" (func $f (param f64) (result i64 externref)))
              (import "a" "memory" (memory 2))
              (import "a" "table" (table 3 funcref))
              (import "a" "global" (global $g f32))
              (export "memory" (memory 0))
              (export "table" (table 0))
              (export "global" (global 0))
              (func (export "run") (result i64 externref) (call $f (f64.const 1))))
            """,
            new ImportSet { Unknown = UnknownImports.Default });

        Assert.Equal([Val.I64(0), Val.Null(ValType.ExternRef)], await user.GetFunc("run").CallAsync());
        Assert.Equal(2 * 65536, await user.GetMemory().GetLengthAsync());
        Assert.Equal(3, await user.GetTable("table").GetSizeAsync());
        Assert.Equal(Val.F32(0), await user.GetGlobal("global").GetAsync());
    }
}
