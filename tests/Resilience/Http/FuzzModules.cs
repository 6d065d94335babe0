namespace WasmActors.Resilience.Http;

/// <summary>Modules that are deployed: of each convention, with exports that trap, run on and take all types.</summary>
internal static class FuzzModules
{
    internal static IReadOnlyList<string> Texts { get; } =
    [
        """
        (module
          (global $n (mut i32) (i32.const 0))
          (memory (export "memory") 1)
          (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
          (func (export "div") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
          (func (export "i64") (param i64) (result i64) (local.get 0))
          (func (export "f32") (param f32) (result f32) (local.get 0))
          (func (export "f64") (param f64) (result f64) (local.get 0))
          (func (export "v128") (param v128) (result v128) (local.get 0))
          (func (export "ref") (param externref) (result externref) (local.get 0))
          (func (export "next") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))
          (func (export "f") unreachable)
          (func (export "spin") (loop $l (br $l))))
        """,
        """
        (module
          (memory (export "memory") 1)
          (func (export "wasmactors_alloc") (param i32) (result i32) (i32.const 1024))
          (func (export "echo") (param i32 i32) (result i64) (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1))))
          (func (export "next") (param i32 i32) (result i64) (i64.const 0xfffffff000000020))
          (func (export "add") (param i32 i32) (result i64) (i64.const 0x00000000ffffffff))
          (func (export "spin") (param i32 i32) (result i64) (loop $l (br $l)) (i64.const 0)))
        """,
        """
        (module
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1)
          (func (export "_start") (call $exit (i32.const 3))))
        """,
    ];
}
