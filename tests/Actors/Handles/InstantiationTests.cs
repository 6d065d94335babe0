using WasmActors.Actors.Handles;
using WasmActors.Actors.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Values;

namespace WasmActors.Actors.Tests.Handles;

public class InstantiationTests(HostFixture fixture) : IClassFixture<HostFixture>, IAsyncLifetime
{
    private const string Importer = """
        (module
          (import "env" "f" (func $f (param i32) (result i32)))
          (import "env" "m" (memory 1 2))
          (import "env" "t" (table 2 funcref))
          (import "env" "g" (global $g (mut i64)))
          (func (export "run") (result i32)
            (global.set $g (i64.const 77))
            (i32.store (i32.const 4) (i32.const 99))
            (call $f (table.size 0))))
        """;

    private WasmModule _module = null!;
    private StoreRef _store = null!;
    private FuncRef _func = null!;
    private MemoryRef _memory = null!;
    private TableRef _table = null!;
    private GlobalRef _global = null!;

    public async Task InitializeAsync()
    {
        _module = await fixture.Host.LoadTextAsync(Importer);
        _store = await fixture.Host.CreateStoreAsync();
        _func = await _store.CreateFuncAsync(null, (int x) => x + 1);
        _memory = await _store.CreateMemoryAsync(new MemoryType(1, 2));
        _table = await _store.CreateTableAsync(new TableType(ValType.FuncRef, 2), _func);
        _global = await _store.CreateGlobalAsync(new GlobalType(ValType.I64, IsMutable: true), 5);
    }

    public async Task DisposeAsync() => await _store.StopAsync();

    [Fact]
    [Trait("Row", "13")]
    public async Task A_module_is_instantiated_with_handles_in_its_import_order()
    {
        var instance = await _store.InstantiateAsync(_module, [_func, _memory, _table, _global]);

        Assert.Equal(3, await instance.GetFunc("run").CallAsync<int>());
        Assert.Equal(99, await _memory.ReadAsync<int>(4));
        Assert.Equal(77L, (await _global.GetAsync()).AsI64());
    }

    [Fact]
    [Trait("Row", "13")]
    public async Task Too_few_imports_are_an_error_naming_the_first_that_is_missing()
    {
        var error = await Expect.ErrorAsync(ErrorCode.MissingImport, _store.InstantiateAsync(_module, [_func, _memory]));

        Assert.Equal("The module has 4 imports, but 2 were given: the first that is missing is env::t (table 2.. funcref).", error.Message);
    }

    [Fact]
    [Trait("Row", "13")]
    public async Task Too_many_imports_are_an_error_naming_the_last_that_is_wanted()
    {
        var error = await Expect.ErrorAsync(ErrorCode.TooManyImports, _store.InstantiateAsync(_module, [_func, _memory, _table, _global, _func]));

        Assert.Equal("The module has 4 imports, but 5 were given: its last is env::g.", error.Message);
    }

    [Fact]
    [Trait("Row", "13")]
    public async Task An_import_of_another_kind_is_an_error_naming_it()
    {
        var error = await Expect.ErrorAsync(ErrorCode.ImportWrongKind, _store.InstantiateAsync(_module, [_memory, _func, _table, _global]));

        Assert.Equal("Import env::f must be a function ((i32) -> (i32)), but a memory (memory 1..2 pages) was given.", error.Message);
    }

    [Fact]
    [Trait("Row", "13")]
    public async Task An_import_of_another_type_is_an_error_naming_it()
    {
        var constant = await _store.CreateGlobalAsync(new GlobalType(ValType.I64, IsMutable: false), 5);

        var error = await Expect.ErrorAsync(ErrorCode.ImportWrongType, _store.InstantiateAsync(_module, [_func, _memory, _table, constant]));

        Assert.Equal("Import env::g must be of type global mut i64, but global i64 was given.", error.Message);
    }

    [Fact]
    [Trait("Row", "13")]
    public async Task An_import_of_another_store_is_refused()
    {
        var other = await fixture.Host.CreateStoreAsync();
        var foreign = await other.CreateFuncAsync(null, (int x) => x);

        var error = await Expect.ErrorAsync(ErrorCode.WrongStore, _store.InstantiateAsync(_module, [foreign, _memory, _table, _global]));

        Assert.Contains($"belongs to store {other.Id}, not to store {_store.Id}", error.Message);
    }

    [Fact]
    [Trait("Row", "13")]
    public async Task A_failed_instantiation_leaves_the_store_and_its_numbering_alone()
    {
        await Expect.ErrorAsync(ErrorCode.MissingImport, _store.InstantiateAsync(_module, [_func]));

        var instance = await _store.InstantiateAsync(_module, [_func, _memory, _table, _global]);

        Assert.Equal(1, instance.Number);
        Assert.Equal(3, await instance.GetFunc("run").CallAsync<int>());
    }

    [Fact]
    [Trait("Row", "15")]
    public async Task The_start_function_runs_at_instantiation()
    {
        int seen = 0;
        await fixture.NewAsync(
            """(module (import "env" "host" (func $host (param i32))) (func $main (call $host (i32.const 7))) (start $main))""",
            new ImportSet().Define("env", "host", (int x) => { seen = x; }));

        Assert.Equal(7, seen);
    }

    [Fact]
    [Trait("Row", "15")]
    public async Task The_start_functions_trap_is_the_instantiations_failure()
    {
        var module = await fixture.Host.LoadTextAsync("(module $m (func $main unreachable) (start $main))");

        var trap = await Expect.TrapAsync("trap.unreachable", _store.InstantiateAsync(module));

        Assert.Equal("main", Assert.Single(trap.Frames).FuncName);
    }

    [Fact]
    [Trait("Row", "15")]
    public async Task A_start_function_without_end_is_interrupted_at_the_deadline()
    {
        var module = await fixture.Host.LoadTextAsync("(module (func $main (loop $l (br $l))) (start $main))");

        await Expect.DeadlineTrapAsync(() => _store.InstantiateAsync(module, options: TimeSpan.FromMilliseconds(20)));
    }
}
