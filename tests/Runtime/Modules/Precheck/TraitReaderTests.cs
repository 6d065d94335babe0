using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Precheck;
using WasmActors.Runtime.Stores;

namespace WasmActors.Runtime.Tests.Modules.Precheck;

/// <summary>What a module uses is found wherever it stands; Wasmtime itself, with the feature switched off, is the judge.</summary>
public sealed class TraitReaderTests
{
    private static readonly WasmFeatures[] s_all = [.. Enum.GetValues<WasmFeatures>().Where(static f => f is not (WasmFeatures.None or WasmFeatures.All))];

    private static readonly Lazy<WasmEngine> s_everything = new(static () => new WasmEngine(Without(WasmFeatures.None)));

    private static readonly Lazy<Dictionary<WasmFeatures, WasmEngine>> s_without = new(static () => s_all.ToDictionary(static f => f, static f => new WasmEngine(Without(f))));

    public static TheoryData<string, WasmFeatures> Uses => new()
    {
        { "(module)", WasmFeatures.None },
        { """
          (module (import "m" "f" (func $i (param i64 f32 f64 v128 externref funcref) (result i32 i32)))
            (memory (export "memory") 1 2) (table $t 1 10 funcref) (table $x 1 externref) (global (mut i32) (i32.const 1)) (global externref (ref.null extern))
            (elem (i32.const 0) $f) (elem $e funcref (ref.func $f) (ref.null func)) (elem declare func $f) (elem (table $x) (i32.const 0) externref (ref.null extern)) (data $d "x") (data (i32.const 0) "y")
            (func $f (param i32) (result i32) (local i64 f64 v128 funcref)
              (block $b (result i32) (loop $l (if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2))) (br_if $b (i32.const 7) (local.get 0)) (br_table $l $l (local.get 0))) unreachable)
              (drop (call_indirect (result i32) (i32.const 0))) (drop (select (result funcref) (ref.null func) (ref.func $f) (i32.const 1)))
              (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)) (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0)) (table.copy (i32.const 0) (i32.const 0) (i32.const 0))
              (drop (i32.trunc_sat_f64_s (f64.const 1))) (drop (i32.extend8_s (i32.const 1))) (drop (i8x16.add (v128.const i64x2 1 2) (v128.const i64x2 1 2))) (drop (v128.load32_lane 1 (i32.const 0) (v128.const i64x2 1 2)))
              (drop (ref.is_null (ref.func $f)))))
          """, WasmFeatures.None },
        { "(module (func $f return_call $f))", WasmFeatures.TailCalls },
        { "(module (table 1 funcref) (func (return_call_indirect (i32.const 0))))", WasmFeatures.TailCalls },
        { "(module (func (drop (f32x4.relaxed_min (v128.const i64x2 0 0) (v128.const i64x2 0 0)))))", WasmFeatures.RelaxedSimd },
        { "(module (memory i64 1))", WasmFeatures.Memory64 },
        { """(module (import "m" "m" (memory i64 1)))""", WasmFeatures.Memory64 },
        { "(module (table i64 1 funcref))", WasmFeatures.Memory64 },
        { "(module (memory 1) (memory 1))", WasmFeatures.MultiMemory },
        { """(module (import "m" "m" (memory 1)) (memory 1))""", WasmFeatures.MultiMemory },
        { "(module (type (struct)))", WasmFeatures.Gc },
        { "(module (type (array i8)))", WasmFeatures.Gc },
        { "(module (rec (type (func)) (type (func))))", WasmFeatures.Gc },
        { "(module (type (sub (func))))", WasmFeatures.Gc },
        { "(module (func (param anyref)))", WasmFeatures.Gc },
        { "(module (func (local eqref)))", WasmFeatures.Gc },
        { "(module (global anyref (ref.null any)))", WasmFeatures.Gc },
        { "(module (global i31ref (ref.i31 (i32.const 1))))", WasmFeatures.Gc },
        { "(module (table 1 anyref))", WasmFeatures.Gc },
        { "(module (func $f) (table 1 (ref func) (ref.func $f)))", WasmFeatures.Gc },
        { "(module (elem anyref (ref.null any)))", WasmFeatures.Gc },
        { "(module (func (drop (ref.i31 (i32.const 1)))))", WasmFeatures.Gc },
        { "(module (func (block (result anyref) unreachable) drop))", WasmFeatures.Gc },
        { "(module (func (drop (ref.null none))))", WasmFeatures.Gc },
        { "(module (type $f (func)) (func (call_ref $f (ref.null $f))))", WasmFeatures.Gc },
        { "(module (type $f (func)) (func (param (ref null $f)) (return_call_ref $f (local.get 0))))", WasmFeatures.Gc },
        { "(module (func (param funcref) (drop (ref.as_non_null (local.get 0)))))", WasmFeatures.Gc },
        { "(module (func (param funcref) (block (br_on_null 0 (local.get 0)) drop)))", WasmFeatures.Gc },
        { "(module (tag))", WasmFeatures.Exceptions },
        { """(module (import "m" "t" (tag)))""", WasmFeatures.Exceptions },
        { "(module (func (try_table)))", WasmFeatures.Exceptions },
        { "(module (func (param exnref)))", WasmFeatures.Exceptions },
        { "(module (func (throw_ref (ref.null exn))))", WasmFeatures.Exceptions },
        { "(module (memory 1) (func (drop (i32.atomic.load (i32.const 0)))))", WasmFeatures.Threads },
        { "(module (func atomic.fence))", WasmFeatures.Threads },
        { "(module (func (drop (drop (i64.add128 (i64.const 1) (i64.const 1) (i64.const 1) (i64.const 1))))))", WasmFeatures.WideArithmetic },
        { "(module (memory 1 (pagesize 1)))", WasmFeatures.CustomPageSizes },
    };

    [Theory]
    [MemberData(nameof(Uses))]
    public void What_a_module_uses_is_what_Wasmtime_refuses_it_without(string text, WasmFeatures expected)
    {
        byte[] wasm = ModuleText.ToBinary(text);
        Assert.Equal(expected, (WasmFeatures)(TraitReader.Read(wasm) & ModuleTraits.Features));
        using var module = WasmModule.FromBytes(s_everything.Value, wasm);
        Assert.Equal(expected, module.Features);
        foreach (var feature in s_all)
        {
            bool refused = Record.Exception(() => WasmModule.FromBytes(s_without.Value[feature], wasm).Dispose()) is WasmError { Code: ErrorCode.ModuleInvalid };
            bool isUsed = expected.HasFlag(feature) || (feature == WasmFeatures.Gc && expected.HasFlag(WasmFeatures.Exceptions)); // there are none without
            Assert.True(refused == isUsed, $"without {feature}: {(refused ? "refused" : "taken")}");
        }
    }

    [Fact]
    public void A_memory_that_threads_share_is_seen_and_never_made()
    {
        using var module = WasmModule.FromText(s_everything.Value, "(module (memory 1 1 shared))");
        Assert.Equal(WasmFeatures.Threads, module.Features);
        using var store = new WasmStore(s_everything.Value, StoreOptions.For(StoreProfile.Trusted));
        Assert.Throws<WasmError>(() => store.Instantiate(module));
    }

    [Theory]
    [InlineData("(module (memory 1) (func (drop (memory.grow (i32.const 1)))))", true, false)]
    [InlineData("(module (table 1 funcref) (func (drop (table.grow (ref.null func) (i32.const 1)))))", false, true)]
    [InlineData("(module (memory 1) (table 1 funcref) (func (drop (memory.size)) (drop (table.size))))", false, false)]
    public void Growing_is_seen(string text, bool memory, bool table)
    {
        var traits = TraitReader.Read(ModuleText.ToBinary(text));
        Assert.Equal(memory, traits.HasFlag(ModuleTraits.GrowsMemory));
        Assert.Equal(table, traits.HasFlag(ModuleTraits.GrowsTable));
    }

    [Fact]
    public void What_is_not_known_counts_as_everything()
    {
        byte[] wasm = ModuleText.ToBinary("(module (func (nop)))");
        wasm[^2] = 0xFF; // nop
        Assert.Equal(ModuleTraits.Unknown, TraitReader.Read(wasm));
        Assert.Equal(ModuleTraits.Unknown, TraitReader.Read(wasm.AsSpan(0, wasm.Length - 1)));
    }

    private static EngineSettings Without(WasmFeatures feature) => new()
    {
        TailCalls = feature != WasmFeatures.TailCalls,
        RelaxedSimd = feature != WasmFeatures.RelaxedSimd,
        Memory64 = feature != WasmFeatures.Memory64,
        MultiMemory = feature != WasmFeatures.MultiMemory,
        Gc = feature != WasmFeatures.Gc,
        Exceptions = feature is not (WasmFeatures.Exceptions or WasmFeatures.Gc),
        Threads = feature != WasmFeatures.Threads,
        WideArithmetic = feature != WasmFeatures.WideArithmetic,
        CustomPageSizes = feature != WasmFeatures.CustomPageSizes,
    };
}
