namespace WasmActors.Benchmarks.Pausing;

/// <summary>The guests of the loads.</summary>
internal static class PauseGuests
{
    internal const string Add = """
        (module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
        """;

    /// <summary>Runs for ever and counts.</summary>
    internal const string Endless = """
        (module
          (global $n (export "n") (mut i64) (i64.const 0))
          (func (export "spin") (loop $l (global.set $n (i64.add (global.get $n) (i64.const 1))) (br $l))))
        """;

    /// <summary>Computes for about a millisecond, and answers its argument.</summary>
    internal const string Working = """
        (module
          (func (export "work") (param i32) (result i32) (local $i i32)
            (local.set $i (i32.const 1000000))
            (loop $l (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
            (local.get 0)))
        """;

    /// <summary>Asks an import, once or in a loop that adds the answers up.</summary>
    internal const string Asking = """
        (module
          (import "env" "ask" (func $ask (param i32 i32) (result i32)))
          (import "env" "inline" (func $inline (param i32) (result i32)))
          (func (export "warm") (param i32) (result i32) (local.get 0))
          (func (export "once") (param i32) (result i32) (call $ask (local.get 0) (i32.const 1)))
          (func (export "loop") (param $n i32) (result i32) (local $i i32) (local $a i32)
            (loop $l
              (local.set $a (call $ask (local.get $a) (call $inline (local.get $i))))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br_if $l (i32.lt_u (local.get $i) (local.get $n))))
            (local.get $a)))
        """;
}
