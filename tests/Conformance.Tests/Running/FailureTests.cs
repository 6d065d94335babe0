using WasmActors.Conformance.Reports;
using WasmActors.Conformance.Running;
using WasmActors.Conformance.Tests.Support;
using WasmActors.Runtime.Calls;

namespace WasmActors.Conformance.Tests.Running;

/// <summary>The runner can fail: a script with one wrong expectation has exactly one failure, whatever the kind, and with the right
/// one it has none.</summary>
public sealed class FailureTests(RunnerFixture runner) : IClassFixture<RunnerFixture>
{
    private const string Guest = """
        (module $m
          (tag $e)
          (type $s (struct))
          (type $a (array i32))
          (global (export "g") i64 (i64.const 42))
          (table 2 funcref)
          (memory 1)
          (func (export "one") (result i32) (i32.const 1))
          (func (export "two") (result i32 i64) (i32.const 1) (i64.const 2))
          (func (export "none"))
          (func (export "f32") (param f32) (result f32) (local.get 0))
          (func (export "f64") (param f64) (result f64) (local.get 0))
          (func (export "v128") (param v128) (result v128) (local.get 0))
          (func (export "extern") (param externref) (result externref) (local.get 0))
          (func (export "any") (param anyref) (result anyref) (local.get 0))
          (func $func (export "func") (result funcref) (ref.func $func))
          (func (export "nofunc") (result funcref) (ref.null func))
          (func (export "i31") (result anyref) (ref.i31 (i32.const 1)))
          (func (export "struct") (result anyref) (struct.new $s))
          (func (export "array") (result anyref) (array.new_default $a (i32.const 1)))
          (func (export "exn") (result exnref) (block $b (result exnref) (try_table (catch_all_ref $b) (throw $e)) (unreachable)))
          (func (export "trap") unreachable)
          (func (export "divide") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
          (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
          (func (export "call") (param i32) (call_indirect (local.get 0)))
          (func $deep (export "deep") (call $deep))
          (func (export "throw") (throw $e)))
        (register "m")

        """;

    // Right beside wrong.
    public static TheoryData<string, string> Assertions => new()
    {
        { """(assert_return (invoke "one") (i32.const 1))""", """(assert_return (invoke "one") (i32.const 2))""" },
        { """(assert_return (invoke "one") (i32.const 1))""", """(assert_return (invoke "one") (i64.const 1))""" },
        { """(assert_return (invoke "one") (i32.const 1))""", """(assert_return (invoke "one"))""" },
        { """(assert_return (invoke "one") (i32.const 1))""", """(assert_return (invoke "trap"))""" },
        { """(assert_return (invoke "none"))""", """(assert_return (invoke "none") (i32.const 1))""" },
        { """(assert_return (invoke "none"))""", """(assert_return (invoke "none" (i32.const 1)))""" },
        { """(assert_return (invoke "none"))""", """(assert_return (invoke "missing"))""" },
        { """(assert_return (invoke $m "none"))""", """(assert_return (invoke $other "none"))""" },
        { """(assert_return (invoke "two") (i32.const 1) (i64.const 2))""", """(assert_return (invoke "two") (i32.const 1) (i64.const 3))""" },
        { """(assert_return (get "g") (i64.const 42))""", """(assert_return (get "g") (i64.const 43))""" },
        { """(assert_return (get $m "g") (i64.const 42))""", """(assert_return (get "one") (i32.const 1))""" },
        { """(assert_return (invoke "f32" (f32.const -0)) (f32.const -0))""", """(assert_return (invoke "f32" (f32.const -0)) (f32.const 0))""" },
        { """(assert_return (invoke "f32" (f32.const -nan)) (f32.const nan:canonical))""", """(assert_return (invoke "f32" (f32.const nan:0x400001)) (f32.const nan:canonical))""" },
        { """(assert_return (invoke "f32" (f32.const nan:0x400001)) (f32.const nan:arithmetic))""", """(assert_return (invoke "f32" (f32.const nan:0x1)) (f32.const nan:arithmetic))""" },
        { """(assert_return (invoke "f64" (f64.const nan:0x4)) (f64.const nan:0x4))""", """(assert_return (invoke "f64" (f64.const nan:0x4)) (f64.const nan:0x5))""" },
        { """(assert_return (invoke "f64" (f64.const nan)) (f64.const nan:canonical))""", """(assert_return (invoke "f64" (f64.const inf)) (f64.const nan:arithmetic))""" },
        { """(assert_return (invoke "v128" (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)) (v128.const i64x2 0x0706050403020100 0x0f0e0d0c0b0a0908))""", """(assert_return (invoke "v128" (v128.const i16x8 0 1 2 3 4 5 6 7)) (v128.const i16x8 0 1 2 3 4 5 6 8))""" },
        { """(assert_return (invoke "v128" (v128.const f32x4 nan 1 nan:0x400001 2)) (v128.const f32x4 nan:canonical 1 nan:arithmetic 2))""", """(assert_return (invoke "v128" (v128.const f32x4 1 1 1 1)) (v128.const f32x4 1 1 1 nan:arithmetic))""" },
        { """(assert_return (invoke "extern" (ref.extern 1)) (ref.extern 1))""", """(assert_return (invoke "extern" (ref.extern 1)) (ref.extern 2))""" },
        { """(assert_return (invoke "extern" (ref.extern 1)) (ref.extern))""", """(assert_return (invoke "extern" (ref.null extern)) (ref.extern))""" },
        { """(assert_return (invoke "extern" (ref.null extern)) (ref.null extern))""", """(assert_return (invoke "extern" (ref.null extern)) (ref.null func))""" },
        { """(assert_return (invoke "extern" (ref.null extern)) (ref.null))""", """(assert_return (invoke "extern" (ref.extern 0)) (ref.null))""" },
        { """(assert_return (invoke "any" (ref.host 1)) (ref.host 1))""", """(assert_return (invoke "any" (ref.host 1)) (ref.host 2))""" },
        { """(assert_return (invoke "any" (ref.host 1)) (ref))""", """(assert_return (invoke "any" (ref.host 1)) (ref.eq))""" },
        { """(assert_return (invoke "any" (ref.null any)) (ref.null none))""", """(assert_return (invoke "any" (ref.null any)) (ref))""" },
        { """(assert_return (invoke "func") (ref.func))""", """(assert_return (invoke "nofunc") (ref.func))""" },
        { """(assert_return (invoke "nofunc") (ref.null func))""", """(assert_return (invoke "func") (ref.null func))""" },
        { """(assert_return (invoke "i31") (ref.i31))""", """(assert_return (invoke "i31") (ref.struct))""" },
        { """(assert_return (invoke "i31") (ref.eq))""", """(assert_return (invoke "func") (ref.eq))""" },
        { """(assert_return (invoke "struct") (ref.struct))""", """(assert_return (invoke "struct") (ref.array))""" },
        { """(assert_return (invoke "array") (ref.array))""", """(assert_return (invoke "array") (ref.i31))""" },
        { """(assert_return (invoke "exn") (ref.exn))""", """(assert_return (invoke "exn") (ref))""" },
        { """(assert_return (invoke "one") (either (i32.const 0) (i32.const 1)))""", """(assert_return (invoke "one") (either (i32.const 0) (i32.const 2)))""" },
        { """(assert_trap (invoke "trap") "unreachable")""", """(assert_trap (invoke "trap") "integer overflow")""" },
        { """(assert_trap (invoke "trap") "unreachable executed")""", """(assert_trap (invoke "trap") "")""" },
        { """(assert_trap (invoke "divide" (i32.const 0)) "integer divide by zero")""", """(assert_trap (invoke "divide" (i32.const 1)) "integer divide by zero")""" },
        { """(assert_trap (invoke "load" (i32.const -1)) "out of bounds memory access")""", """(assert_trap (invoke "load" (i32.const -1)) "out of bounds table access")""" },
        { """(assert_trap (invoke "call" (i32.const 0)) "uninitialized element 0")""", """(assert_trap (invoke "call" (i32.const 0)) "undefined element")""" },
        { """(assert_trap (invoke "call" (i32.const 9)) "undefined element")""", """(assert_trap (invoke "throw") "undefined element")""" },
        { """(assert_trap (module (func $f unreachable) (start $f)) "unreachable")""", """(assert_trap (module (func $f) (start $f)) "unreachable")""" },
        { """(assert_trap (module (memory 1) (data (i32.const 65536) "a")) "out of bounds memory access")""", """(assert_trap (module (import "m" "missing" (func))) "unreachable")""" },
        { """(assert_exhaustion (invoke "deep") "call stack exhausted")""", """(assert_exhaustion (invoke "trap") "call stack exhausted")""" },
        { """(assert_exception (invoke "throw"))""", """(assert_exception (invoke "trap"))""" },
        { """(assert_exception (invoke "throw"))""", """(assert_exception (invoke "none"))""" },
        { """(assert_malformed (module quote "(func") "unexpected token")""", """(assert_malformed (module quote "(func)") "unexpected token")""" },
        { """(assert_malformed (module quote "(func (i32.const 0x1_0000_0000))") "constant out of range")""", """(assert_malformed (module quote "(func (i32.const 0))") "constant out of range")""" },
        { """(assert_malformed (module binary "") "unexpected end")""", """(assert_malformed (module binary "\00asm\01\00\00\00") "unexpected end")""" },
        { """(assert_malformed (module quote "(start 0) (start 0) (func)") "multiple start sections")""", """(assert_malformed (module quote "(func (result i32))") "an invalid module is not malformed")""" },
        { """(assert_malformed_custom (module quote "(@custom)") "missing section name")""", """(assert_malformed_custom (module quote "(@custom \"a\")") "missing section name")""" },
        { """(assert_invalid (module (func (result i32))) "type mismatch")""", """(assert_invalid (module (func (result i32) (i32.const 0))) "type mismatch")""" },
        { """(assert_invalid (module binary "\00asm\01\00\00\00\03\02\01\00") "unknown type")""", """(assert_invalid (module quote "(func") "a malformed module is not invalid")""" },
        { """(assert_invalid_custom (module (func (drop))) "type mismatch")""", """(assert_invalid_custom (module) "type mismatch")""" },
        { """(assert_unlinkable (module (import "m" "missing" (func))) "unknown import")""", """(assert_unlinkable (module (import "m" "none" (func))) "unknown import")""" },
        { """(assert_unlinkable (module (import "m" "none" (func (param i32)))) "incompatible import type")""", """(assert_unlinkable (module (import "m" "none" (func (param i32)))) "unknown import")""" },
        { """(assert_unlinkable (module (import "m" "none" (global i32))) "incompatible import type")""", """(assert_unlinkable (module (import "m" "missing" (global i32))) "incompatible import type")""" },
        { """(assert_unlinkable (module (import "none" "none" (func))) "unknown import")""", """(assert_unlinkable (module (func $f unreachable) (start $f)) "unknown import")""" },
    };

    public static TheoryData<string> Forms => new()
    {
        """(invoke "trap")""",
        """(invoke "none" (i32.const 1))""",
        """(get "missing")""",
        """(register "n" $other)""",
        """(module instance $other)""",
        """(module definition (func (result i32)))""",
        """(module quote "(func")""",
        """(module binary "\00asm")""",
        """(module (import "m" "missing" (func)))""",
        """(wait $t)""",
        """(input "missing.wast")""",
        """(assert_nothing)""",
        """(assert_return (invoke "none") (i32.const))""",
        """(module""",
        """)""",
        "\"",
        "(;",
    };

    [Theory]
    [MemberData(nameof(Assertions))]
    public async Task A_wrong_expectation_is_one_failure_and_the_right_one_none(string right, string wrong)
    {
        var report = await runner.RunAsync($"{Guest}{right}\n{wrong}\n(assert_return (invoke $m \"none\"))");

        var failure = Assert.Single(report.Problems);
        Assert.Equal((Outcome.Failed, Line: Guest.Count(static c => c == '\n') + 2), (failure.Outcome, failure.Line));
        Assert.NotEmpty(failure.Expected!);
        Assert.NotEmpty(failure.Actual!);
        Assert.Equal((2, 1, 0), (report.Passed, report.Failed, report.Skipped));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_form_that_cannot_be_carried_out_is_one_failure(string form)
    {
        var report = await runner.RunAsync($"{Guest}(assert_return (invoke \"none\"))\n{form}\n");

        Assert.Equal((1, 1, 0), (report.Passed, report.Failed, report.Skipped));
        Assert.Equal(Guest.Count(static c => c == '\n') + 2, report.Problems[0].Line);
    }

    [Fact]
    public async Task What_a_failed_module_should_have_been_is_not_mistaken_for_an_earlier_one()
    {
        var report = await runner.RunAsync("""
            (module (func (export "f")))
            (module (import "no" "where" (func)) (func (export "f")))
            (assert_return (invoke "f"))
            """);

        Assert.Equal([2, 3], report.Problems.Select(static p => p.Line));
        Assert.Equal(2, report.Failed);
    }

    [Fact]
    public async Task A_guest_without_end_is_a_failure_of_its_own()
    {
        await using var host = await ConformanceHost.StartAsync(ExecutionMode.Direct, deadline: TimeSpan.FromSeconds(2));
        var report = await new ScriptRunner(host, KnownLimits.None, new RunGate(stopAtFailure: false)).RunAsync("test.wast", """
            (module (func (export "f") (loop $l (br $l))) (func (export "g")))
            (assert_return (invoke "g"))
            (assert_return (invoke "f"))
            """u8.ToArray());

        Assert.Equal((1, 1), (report.Passed, report.Failed));
        Assert.Contains("deadline", report.Problems[0].Actual, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_a_failure()
    {
        var report = await runner.RunFileAsync(Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.wast"));

        Assert.Equal((0, 1, 0), (report.Passed, report.Failed, report.Skipped));
    }

    [Fact]
    public async Task The_first_failure_ends_a_script_where_that_is_wanted()
    {
        byte[] script = """(module (func (export "f"))) (assert_trap (invoke "f") "x") (assert_trap (invoke "f") "x")"""u8.ToArray();

        Assert.Equal(1, (await runner.RunAsync(script, stopAtFailure: true)).Failed);
        Assert.Equal(2, (await runner.RunAsync(script)).Failed);
    }
}
