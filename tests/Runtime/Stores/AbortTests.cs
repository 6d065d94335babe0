using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;
using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Stores;

/// <summary>What Wasmtime's C interface would end the process for, reached through the public interface, has an ordinary outcome.</summary>
public sealed class AbortTests : IDisposable
{
    private const string LargeTable = """
        (module
          (import "host" "f" (func $f))
          (table (export "large") i64 1 0x1ffffffff funcref)
          (func (export "run") (call $f)))
        """;

    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_table_with_limits_beyond_32_bits_can_be_inspected_and_used()
    {
        var module = _store.Compile(LargeTable);
        Assert.Equal("table 1..8589934591 funcref", module.Exports[0].Type.ToString());
        TableType? seen = null;
        var set = new ImportSet().Define("host", "f", (WasmCaller caller) => { seen = caller.GetTable("large").Type; });
        var guest = _store.Store.Instantiate(module, set);

        guest.GetFunc("run").Call();
        Assert.Equal("table 1.. funcref", seen!.ToString());
        var table = guest.GetTable("large");
        Assert.Equal("table 1..8589934591 funcref", table.Type.ToString());
        Assert.Equal(1, table.Grow(2));
        Assert.Equal("table.grow_failed", Assert.Throws<WasmError>(() => table.Grow(1L << 33)).Code);
        Assert.Equal("table.out_of_range", Assert.Throws<WasmError>(() => table.Get(1L << 33)).Code);
        Assert.NotNull(_store.Store.Instantiate(_store.Compile("""(module (import "" "" (table i64 1 0x1ffffffff funcref)))"""), [table]));
    }

    [Fact]
    public void A_large_table_has_no_default_and_is_not_made_by_the_host()
    {
        var error = Assert.Throws<WasmError>(() => WasmTable.Create(_store.Store, new TableType(ValType.FuncRef, 1, 1L << 33)));
        Assert.Equal("engine.bad_settings", error.Code);
        var set = new ImportSet { Unknown = UnknownImports.Default };
        Assert.Equal("engine.bad_settings", Assert.Throws<WasmError>(() => _store.Load("""(module (import "a" "t" (table i64 1 0x1ffffffff funcref)))""", set)).Code);
    }

    [Fact]
    public void A_function_of_garbage_collected_references_can_be_inspected_without_an_instance()
    {
        var module = _store.Compile("""
            (module
              (type $s (struct (field i32)))
              (type $f (func (param (ref $s)) (result (ref null $s))))
              (rec (type $a (array (ref null $b))) (type $b (struct (field (ref null $a)))))
              (import "x" "y" (func (type $f)))
              (export "f" (func 0))
              (func (export "g") (param (ref $a) (ref null $b) (ref eq) (ref null none) nullexternref nullfuncref nullexnref) (result v128) unreachable)
              (global (export "s") (mut (ref null $s)) (ref.null $s))
              (table (export "t") 1 (ref null $a))
              (tag (export "e") (param (ref $s))))
            """);

        Assert.Equal(5, module.Exports.Count);
        Assert.All(module.Exports, static e => Assert.NotEmpty(e.Type.ToString()));
        Assert.Equal("((ref $struct)) -> ((ref null $struct))", module.Imports[0].Type.ToString());
    }

    [Fact]
    public void A_guest_that_calls_wasi_without_any_configuration_gets_an_empty_one()
    {
        var guest = _store.Load(
            """
            (module
              (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
              (import "wasi_snapshot_preview1" "environ_sizes_get" (func $env (param i32 i32) (result i32)))
              (import "wasi_snapshot_preview1" "fd_prestat_get" (func $folder (param i32 i32) (result i32)))
              (memory (export "memory") 1)
              (func (export "run") (result i32 i32 i32 i32 i32)
                (call $args (i32.const 0) (i32.const 4))
                (call $env (i32.const 8) (i32.const 12))
                (call $folder (i32.const 3) (i32.const 16))
                (i32.load (i32.const 0)) (i32.load (i32.const 8))))
            """,
            new ImportSet().DefineWasi());

        Assert.Equal((0, 0, 8, 0, 0), guest.GetFunc("run").Call<(int, int, int, int, int)>());
    }

    [Fact]
    public void Objects_of_another_store_are_refused()
    {
        using var other = new TestStore();
        var foreign = other.Load("""(module (func (export "f")) (memory (export "m") 1) (table (export "t") 1 funcref) (global (export "g") i32 (i32.const 1)) (tag (export "e")))""");
        string[] imports = ["(func)", "(memory 1)", "(table 1 funcref)", "(global i32)", "(tag)"];

        for (int i = 0; i < imports.Length; i++)
        {
            string text = $"""(module (import "a" "x" {imports[i]}))""";
            var item = foreign.Exports[i].Value;
            AssertWrongStore(() => _store.Store.Instantiate(_store.Compile(text), [item]));
            AssertWrongStore(() => _store.Load(text, new ImportSet().Define("a", "x", item)));
        }

        AssertWrongStore(() => _store.Store.BeginCall(foreign.GetFunc("f")));
    }

    [Fact]
    public void A_call_with_a_clock_that_throws_fails_and_the_store_serves_on()
    {
        var clock = new BrokenClock();
        using var engine = new WasmEngine(new EngineSettings { Clock = clock });
        using var store = new WasmStore(engine);
        var guest = store.Instantiate(WasmModule.FromText(engine, """(module (func (export "spin") (loop $l (br $l))) (func (export "answer") (result i32) i32.const 42))"""));
        var call = store.BeginCall(guest.GetFunc("spin"));
        call.Signal = new BreakingSignal(clock);

        Assert.Equal(CallStep.Trapped, call.Step());
        Assert.IsType<NotSupportedException>(call.Failure!.InnerException);
        clock.IsBroken = false;
        Assert.Equal(42, guest.GetFunc("answer").Call<int>());
    }

    private static void AssertWrongStore(Action use) => Assert.Equal("store.wrong_store", Assert.Throws<WasmError>(use).Code);

    private sealed class BrokenClock : TimeProvider
    {
        public bool IsBroken { get; set; }

        public override long GetTimestamp() => IsBroken ? throw new NotSupportedException("no time") : base.GetTimestamp();
    }

    private sealed class BreakingSignal(BrokenClock clock) : ICallSignal
    {
        public Interruption? Interruption
        {
            get
            {
                clock.IsBroken = true;
                return null;
            }
        }
    }
}
