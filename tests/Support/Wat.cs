namespace WasmActors.Tests.Support;

/// <summary>Modules in text form that several tests deploy.</summary>
internal static class Wat
{
    /// <summary>Counts its calls, adds, traps, and runs on.</summary>
    internal const string Counter = """
        (module $counter
          (global $n (mut i32) (i32.const 0))
          (func (export "next") (result i32)
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (global.get $n))
          (func (export "add") (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
          (func (export "trap") unreachable)
          (func (export "spin") (loop $again (br $again))))
        """;

    /// <summary>Counts its calls in hundreds.</summary>
    internal const string Hundreds = """
        (module $hundreds
          (global $n (mut i32) (i32.const 0))
          (func (export "next") (result i32)
            (global.set $n (i32.add (global.get $n) (i32.const 100)))
            (global.get $n)))
        """;

    /// <summary>The bytes convention: returns its input, a large output, or what it must not return.</summary>
    internal const string Echo = """
        (module $echo
          (memory (export "memory") 1)
          (global $top (mut i32) (i32.const 1024))
          (global $freed (mut i32) (i32.const 0))
          (func (export "wasmactors_alloc") (param $n i32) (result i32)
            (local $at i32)
            (local.set $at (global.get $top))
            (global.set $top (i32.add (global.get $top) (local.get $n)))
            (if (i32.gt_u (global.get $top) (i32.mul (memory.size) (i32.const 65536)))
              (then (drop (memory.grow (i32.add (i32.shr_u (local.get $n) (i32.const 16)) (i32.const 1))))))
            (local.get $at))
          (func (export "wasmactors_free") (param $at i32) (param $n i32)
            (global.set $freed (i32.add (global.get $freed) (local.get $n)))
            (i32.store8 (i32.const 0) (global.get $freed)))
          (func (export "echo") (param $at i32) (param $n i32) (result i64)
            (i64.or (i64.shl (i64.extend_i32_u (local.get $at)) (i64.const 32)) (i64.extend_i32_u (local.get $n))))
          (func (export "freed") (param $at i32) (param $n i32) (result i64) (i64.const 1))
          (func (export "outside") (param $at i32) (param $n i32) (result i64) (i64.const 0xfffffff000000020))
          (func (export "large") (param $at i32) (param $n i32) (result i64) (i64.const 40000))
          (func (export "huge") (param $at i32) (param $n i32) (result i64) (i64.const 0x00000000ffffffff))
          (func (export "number") (param i32) (result i32) (local.get 0)))
        """;

    // Imports of WASI, a memory, and a start function without its end, which has copied standard input to standard output.
    private const string CopyAll = """
          (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 3)
          (func (export "_start")
            (i32.store (i32.const 0) (i32.const 4096))
            (block $end
              (loop $more
                (i32.store (i32.const 4) (i32.const 4096))
                (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
                (br_if $end (i32.eqz (i32.load (i32.const 8))))
                (i32.store (i32.const 4) (i32.load (i32.const 8)))
                (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))
                (br $more)))
        """;

    /// <summary>A WASI program: copies standard input to standard output and ends with status 3.</summary>
    internal const string CopyThenFail = "(module $copy " + CopyAll + " (call $exit (i32.const 3))))";

    /// <summary>Returns a value of each type as it came, traps, loops, and counts.</summary>
    internal const string Numbers = """
        (module $numbers
          (global $n (mut i32) (i32.const 0))
          (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
          (func (export "div") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
          (func (export "i32") (param i32) (result i32) (local.get 0))
          (func (export "i64") (param i64) (result i64) (local.get 0))
          (func (export "f32") (param f32) (result f32) (local.get 0))
          (func (export "f64") (param f64) (result f64) (local.get 0))
          (func (export "v128") (param v128) (result v128) (local.get 0))
          (func (export "two") (result i32 i64) (i32.const 1) (i64.const 2))
          (func (export "none"))
          (func (export "reference") (param externref) (result externref) (local.get 0))
          (func (export "next") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))
          (func (export "spin") (loop $again (br $again)))
          (memory (export "memory") 1))
        """;

    /// <summary>A WASI program: copies standard input to standard output and ends with the status that is the first byte's digit, or 0.</summary>
    internal const string Copy = "(module " + CopyAll + """
            (if (i32.eq (i32.and (i32.load8_u (i32.const 4096)) (i32.const 0xf0)) (i32.const 0x30))
              (then (call $exit (i32.sub (i32.load8_u (i32.const 4096)) (i32.const 0x30)))))))
        """;

    /// <summary>A WASI program: writes its arguments and its environment, each with a zero behind it.</summary>
    internal const string Tell = """
        (module
          (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "environ_sizes_get" (func $env_sizes (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "environ_get" (func $env (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 2)
          (func (export "_start")
            (drop (call $args_sizes (i32.const 0) (i32.const 20)))
            (drop (call $args (i32.const 1024) (i32.const 8192)))
            (drop (call $env_sizes (i32.const 0) (i32.const 28)))
            (drop (call $env (i32.const 1024) (i32.const 32768)))
            (i32.store (i32.const 16) (i32.const 8192))
            (i32.store (i32.const 24) (i32.const 32768))
            (drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 40)))
            (drop (call $write (i32.const 1) (i32.const 24) (i32.const 1) (i32.const 40)))))
        """;
}
