using WasmActors.Guests.Hostile;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;
using WasmActors.Runtime.Modules.Binary;
using WasmActors.Runtime.Modules.Precheck;
using static WasmActors.Runtime.Tests.Modules.BinaryBuilder;

namespace WasmActors.Runtime.Tests.Modules.Precheck;

public sealed class ModulePrecheckTests
{
    private const string Everything = """
        (module
          (type $f (func (param i32 i32) (result i32)))
          (type $s (struct (field i8) (field (mut i64)) (field (ref null $s))))
          (import "m" "f" (func $imported (type $f)))
          (import "m" "t" (tag $tag (param i32 i32)))
          (memory 1) (memory $two 1) (table 1 funcref) (table 1 externref)
          (global (mut i32) (i32.const 1)) (global i64 (i64.const 1))
          (elem func $a) (data "x")
          (func $a (local i32 i32 f64) (block (loop (if (i32.const 1) (then nop) (else nop)))) (br_table 0 0 0 (i32.const 0)))
          (func (export "b") (local i64)) (export "c" (memory 0))
          (@custom "x" "yyyy"))
        """;

    [Fact]
    public void Everything_in_a_module_is_counted()
    {
        var figures = Read(ModuleText.ToBinary(Everything));

        Assert.Equal((4, 3), (figures.Types, figures.TypeMembers.Value));
        Assert.Equal((2, 2, 3), (figures.Imports, figures.Exports, figures.Functions));
        Assert.Equal((2, 2, 2, 1), (figures.Globals, figures.Tables, figures.Memories, figures.Tags));
        Assert.Equal((1, 1), (figures.ElementSegments, figures.DataSegments));
        Assert.Equal((new Peak(3, 1), 4), (figures.Locals, figures.TotalLocals));
        Assert.Equal((new Peak(3, 1), new Peak(2, 1)), (figures.Nesting, figures.BranchTargets));
        Assert.Equal(2, figures.CustomSections);
    }

    public static TheoryData<string, ModuleLimits> Limits => new()
    {
        { "Bytes", new() { Bytes = 100 } },
        { "CustomSections", new() { CustomSections = 1 } },
        { "CustomBytes", new() { CustomBytes = 9 } },
        { "Types", new() { Types = 3 } },
        { "TypeMembers", new() { TypeMembers = 2 } },
        { "Imports", new() { Imports = 1 } },
        { "Exports", new() { Exports = 1 } },
        { "Functions", new() { Functions = 2 } },
        { "Globals", new() { Globals = 1 } },
        { "Tables", new() { Tables = 1 } },
        { "Memories", new() { Memories = 1 } },
        { "Tags", new() { Tags = 0 } },
        { "ElementSegments", new() { ElementSegments = 0 } },
        { "DataSegments", new() { DataSegments = 0 } },
        { "Locals", new() { Locals = 2 } },
        { "TotalLocals", new() { TotalLocals = 3 } },
        { "BodyBytes", new() { BodyBytes = 10 } },
        { "Nesting", new() { Nesting = 2 } },
        { "BranchTargets", new() { BranchTargets = 1 } },
        { "FunctionCost", new() { FunctionCost = 15 } },
        { "TotalCost", new() { TotalCost = 360 } },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public void What_exceeds_a_limit_is_refused_by_its_name(string name, ModuleLimits limits)
    {
        var error = Assert.Throws<WasmError>(() => ModulePrecheck.Check(ModuleText.ToBinary(Everything), limits));

        Assert.Equal("module.too_large", error.Code);
        Assert.Contains($"(ModuleLimits.{name})", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_within_the_defaults_passes() => ModulePrecheck.Check(ModuleText.ToBinary(Everything));

    [Fact]
    public void A_refusal_says_what_is_too_much_and_whose_it_is()
    {
        var error = Assert.Throws<WasmError>(() => ModulePrecheck.Check(CompileBombs.LocalsTimesLoops(9000, 9000)));

        Assert.Equal(
            "Function 0 of the module has 81,081,001 units of work for the compiler; allowed are 2,000,000 (ModuleLimits.FunctionCost). Make the module smaller, or raise the limit for modules that you trust.",
            error.Message);
    }

    [Fact]
    public void Nothing_exceeds_no_limits() => ModulePrecheck.Check(CompileBombs.LocalsTimesLoops(9000, 9000), ModuleLimits.None);

    [Theory]
    [InlineData("(module (type $s (struct (field (mut i32)))) (type $a (array (mut i8))) (func (param anyref) (drop (struct.new_default $s)) (drop (array.new_fixed $a 2 (i32.const 1) (i32.const 2))) (drop (array.get_u $a (ref.null $a) (i32.const 0))) (struct.set $s 0 (ref.null $s) (i32.const 1)) (drop (ref.test (ref null $s) (local.get 0))) (drop (ref.cast anyref (local.get 0))) (drop (i31.get_s (ref.i31 (i32.const 3)))) (array.copy $a $a (ref.null $a) (i32.const 0) (ref.null $a) (i32.const 0) (i32.const 0)) (block $l (result anyref) (br_on_cast $l anyref (ref $s) (local.get 0))) drop (block $n (br_on_null $n (local.get 0)) drop)))")]
    [InlineData("(module (memory 1) (memory $b 1) (func (param v128) (drop (v128.load offset=16 (i32.const 0))) (drop (v128.const i64x2 1 2)) (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get 0) (local.get 0))) (drop (i8x16.extract_lane_s 3 (local.get 0))) (drop (v128.load8_lane $b 5 (i32.const 0) (local.get 0))) (v128.store64_lane 1 (i32.const 0) (local.get 0)) (drop (v128.load32_zero (i32.const 0))) (drop (f64x2.relaxed_madd (local.get 0) (local.get 0) (local.get 0))) (drop (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get 0) (local.get 0) (local.get 0)))))")]
    [InlineData("(module (memory 1) (func (drop (i32.atomic.rmw.add offset=8 (i32.const 0) (i32.const 1))) (drop (memory.atomic.notify (i32.const 0) (i32.const 1))) (drop (i64.atomic.rmw32.cmpxchg_u (i32.const 0) (i64.const 1) (i64.const 2))) (atomic.fence)))")]
    [InlineData("(module (tag $t (param i32)) (func (block $h (result i32 exnref) (try_table (catch_ref $t $h) (throw $t (i32.const 1))) unreachable) throw_ref))")]
    [InlineData("(module (type $f (func (param i32))) (table 1 funcref) (elem declare func $g) (func $g (param i32) (return_call $g (local.get 0))) (func (return_call_indirect (type $f) (i32.const 1) (i32.const 0))) (func (call_ref $f (i32.const 1) (ref.func $g)) (return_call_ref $f (i32.const 1) (ref.as_non_null (ref.null $f)))))")]
    [InlineData("(module (memory i64 1) (memory $b i64 1) (data $d \"x\") (table 1 externref) (elem $e externref) (func (drop (f64.load offset=0x1_0000_0000 (i64.const 0))) (memory.copy $b 0 (i64.const 0) (i64.const 0) (i64.const 0)) (memory.init $b $d (i64.const 0) (i32.const 0) (i32.const 0)) (data.drop $d) (memory.fill (i64.const 0) (i32.const 0) (i64.const 0)) (table.init $e (i32.const 0) (i32.const 0) (i32.const 0)) (elem.drop $e) (table.copy (i32.const 0) (i32.const 0) (i32.const 0)) (table.set (i32.const 0) (ref.null extern)) (drop (table.grow (ref.null extern) (i32.const 1))) (drop (table.size)) (drop (i32.trunc_sat_f32_s (f32.const 1))) (drop (memory.grow $b (i64.const 1)))))")]
    [InlineData("(module (func (param i32) (result i32 i64) (select (result i32) (i32.const -1) (i32.const 1) (local.get 0)) (i64.extend32_s (i64.const -9223372036854775808)) (block (param i32 i64) (result i32 i64)) (f64.const nan:0x123) drop (i64.add128 (i64.const 1) (i64.const 1) (i64.const 1) (i64.const 1)) drop drop (i64.mul_wide_u (i64.const 1) (i64.const 1)) drop drop))")]
    public void Every_instruction_is_known(string text)
    {
        // What is not known counts as a branch with as many targets as there are bytes.
        byte[] wasm = ModuleText.ToBinary(text);
        Assert.Equal(0, Read(wasm).BranchTargets.Value);
        Assert.InRange(Read(wasm).Nesting.Value, 0, 2);
    }

    [Fact]
    public void What_is_behind_an_unknown_instruction_counts_as_the_most_that_it_can_be()
    {
        byte[] wasm = Module(
            Section(1, 0x01, 0x60, 0x00, 0x00),
            Section(3, 0x01, 0x00),
            Section(10, [0x01, .. Leb(1002), 0x00, 0xFF, .. new byte[1000]]));

        var figures = Read(wasm);
        Assert.Equal((333, 1001), (figures.Nesting.Value, figures.BranchTargets.Value));
        Assert.True(figures.FunctionCost.Value >= 1001);
    }

    [Fact]
    public void Counts_that_are_only_announced_are_counted()
    {
        byte[] wasm = Module([.. new byte[] { 1, 3, 4, 5, 6, 7, 9, 11, 13 }.Select(static id => Section(id, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F))]);

        var figures = Read(wasm);
        Assert.All(
            new[] { figures.Types, figures.Functions, figures.Tables, figures.Memories, figures.Globals, figures.Exports, figures.ElementSegments, figures.DataSegments, figures.Tags },
            static count => Assert.Equal(uint.MaxValue, count));
    }

    [Fact]
    public void A_look_at_a_megabyte_of_code_allocates_little()
    {
        byte[] wasm = CompileBombs.LongBody(170_000);
        Read(wasm);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Read(wasm);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
    }

    private static ModuleFigures Read(byte[] wasm) => ModuleReader.Read(wasm, 1000);
}
