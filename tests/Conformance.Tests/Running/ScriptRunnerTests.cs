using WasmActors.Conformance.Reports;
using WasmActors.Conformance.Tests.Support;

namespace WasmActors.Conformance.Tests.Running;

/// <summary>What scripts can do beyond single assertions.</summary>
public sealed class ScriptRunnerTests(RunnerFixture runner) : IClassFixture<RunnerFixture>
{
    [Fact]
    public Task Instances_are_linked_by_the_name_they_are_registered_under() => PassesAsync(1, """
        (module $a (func (export "f") (result i32) (i32.const 7)))
        (register "left" $a)
        (module $b (import "left" "f" (func $f (result i32))) (func (export "g") (result i32) (call $f)))
        (assert_return (invoke "g") (i32.const 7))
        """);

    [Fact]
    public Task A_name_registered_again_means_the_newer_instance() => PassesAsync(1, """
        (module (global (export "g") i32 (i32.const 1)))
        (register "m")
        (module (global (export "g") i32 (i32.const 2)))
        (register "m")
        (module (import "m" "g" (global i32)) (export "g" (global 0)))
        (assert_return (get "g") (i32.const 2))
        """);

    [Fact]
    public Task A_definition_is_instantiated_only_on_request_and_each_time_anew() => PassesAsync(4, """
        (module $first (func (export "f") (result i32) (i32.const 5)))
        (module definition $d
          (global $n (mut i32) (i32.const 0))
          (func (export "f") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))
        (assert_return (invoke "f") (i32.const 5))
        (module instance $i $d)
        (module instance $j $d)
        (assert_return (invoke $i "f") (i32.const 1))
        (assert_return (invoke $i "f") (i32.const 2))
        (assert_return (invoke "f") (i32.const 1))
        """);

    [Fact]
    public Task An_instance_without_names_is_of_the_newest_module() => PassesAsync(2, """
        (module definition (func (export "f")))
        (module instance)
        (assert_return (invoke "f"))
        (module definition $t (func $f unreachable) (start $f))
        (assert_trap (module instance $t) "unreachable")
        """);

    [Fact]
    public Task The_host_module_of_scripts_is_there() => PassesAsync(5, """
        (module
          (import "spectest" "print" (func $print))
          (import "spectest" "print_i32" (func $i32 (param i32)))
          (import "spectest" "print_i64" (func $i64 (param i64)))
          (import "spectest" "print_f32" (func $f32 (param f32)))
          (import "spectest" "print_f64" (func $f64 (param f64)))
          (import "spectest" "print_i32_f32" (func $both (param i32 f32)))
          (import "spectest" "print_f64_f64" (func $twice (param f64 f64)))
          (import "spectest" "global_i32" (global $gi i32))
          (import "spectest" "global_i64" (global $gl i64))
          (import "spectest" "global_f32" (global $gf f32))
          (import "spectest" "global_f64" (global $gd f64))
          (import "spectest" "table" (table 10 20 funcref))
          (import "spectest" "table64" (table i64 10 20 funcref))
          (import "spectest" "memory" (memory 1 2))
          (export "i32" (global $gi)) (export "i64" (global $gl)) (export "f32" (global $gf)) (export "f64" (global $gd))
          (func (export "print")
            (call $print) (call $i32 (i32.const 1)) (call $i64 (i64.const 1)) (call $f32 (f32.const 1)) (call $f64 (f64.const 1))
            (call $both (i32.const 1) (f32.const 1)) (call $twice (f64.const 1) (f64.const 1))))
        (assert_return (invoke "print"))
        (assert_return (get "i32") (i32.const 666))
        (assert_return (get "i64") (i64.const 666))
        (assert_return (get "f32") (f32.const 666.6))
        (assert_return (get "f64") (f64.const 666.6))
        """);

    [Fact]
    public Task Names_may_be_any_text() => PassesAsync(2, """
        (module $"a \"name\"" (func (export "\u{202e}é\00"))
          (; a comment that reads ‮ backwards ;))
        (assert_return (invoke $"a \22name\22" "\u{202e}é\00"))
        (module quote "(func (export \"q\"))" "(; in pieces ;)")
        (assert_return (invoke "q"))
        """);

    [Fact]
    public Task Every_feature_of_the_engine_is_on() => PassesAsync(1, """
        (module (memory 1) (memory i64 1) (memory 1 (pagesize 1)) (table i64 1 funcref) (tag)
          (type $s (struct (field i32)))
          (func (param i64 i64 i64 i64) (result i64 i64) (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
          (func $tail (return_call $tail))
          (func (param v128 v128 v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 1) (local.get 2)))
          (func (export "f")))
        (assert_return (invoke "f"))
        """);

    [Fact]
    public async Task Scripts_may_hold_and_include_scripts()
    {
        using var folder = new TemporaryFolder();
        folder.Write("part/inner.wast", """(assert_return (invoke "f")) (module (func (export "g")))""");
        folder.Write("module.wat", """(func (export "h"))""");
        string outer = folder.Write("outer.wast", """
            (script $s (module (func (export "f"))) (assert_return (invoke "f")))
            (input "part/inner.wast")
            (assert_return (invoke "g"))
            (input $w "module.wat")
            (assert_return (invoke $w "h"))
            (output $w "nowhere.wasm")
            """);

        var report = await runner.RunFileAsync(outer);

        Assert.Empty(report.Problems);
        Assert.Equal(4, report.Passed);
        Assert.False(File.Exists(Path.Combine(folder.Path, "nowhere.wasm")));
    }

    [Fact]
    public async Task A_script_that_includes_itself_ends_as_a_failure()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("self.wast", """(input "self.wast")""");

        Assert.Equal(1, (await runner.RunFileAsync(path)).Failed);
    }

    [Fact]
    public Task Threads_run_beside_the_script_in_a_store_of_their_own() => PassesAsync(3, """
        (module (func (export "f") (result i32) (i32.const 1)))
        (thread $t
          (module (func (export "f") (result i32) (i32.const 2)))
          (assert_return (invoke "f") (i32.const 2)))
        (thread (module (func (export "g"))) (assert_return (invoke "g")))
        (assert_return (invoke "f") (i32.const 1))
        (wait $t)
        """);

    [Fact]
    public async Task Threads_that_share_an_instance_are_skipped_with_the_reason()
    {
        var report = await runner.RunAsync(
            """
            (module $m (memory (export "m") 1 1 shared))
            (thread $t (shared (module $m)) (register "m" $m) (module (func (export "f"))) (assert_return (invoke "f")))
            (wait $t)
            """,
            KnownLimits.Carried);

        Assert.Equal((1, 0, 2), (report.Passed, report.Failed, report.Skipped));
        Assert.All(report.Problems, static p => Assert.Contains("memories", p.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_needs_a_module_that_was_skipped_is_skipped_too()
    {
        var report = await runner.RunAsync(
            """
            (module $m (memory 1 1 shared) (func (export "f")))
            (assert_return (invoke "f"))
            (register "m")
            (module (func (export "g")))
            (assert_return (invoke "g"))
            (assert_return (invoke $m "f"))
            """,
            KnownLimits.Carried);

        Assert.Equal((1, 0, 4), (report.Passed, report.Failed, report.Skipped));
        Assert.All(report.Problems, static p => Assert.Equal("the host has no shared memories", p.Reason));
    }

    private async Task PassesAsync(int assertions, string script)
    {
        var report = await runner.RunAsync(script);

        Assert.Empty(report.Problems);
        Assert.Equal(assertions, report.Passed);
    }
}
