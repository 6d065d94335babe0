using WasmActors.Guests.Hostile;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Resilience.Guests;

/// <summary>Modules that nobody would write by accident: random, cut off, damaged, and made to do harm.</summary>
internal sealed class HostileModules(int seed)
{
    private static readonly string[] s_harmful =
    [
        // Never end: in a start function, in a call, in tail calls, in a loop of bulk operations.
        "(module (start $s) (func $s (loop $l (br $l))))",
        """(module (func (export "f") (loop $l (br $l))))""",
        """(module (func $f (export "f") (return_call $f)))""",
        """(module (memory 16) (func (export "f") (loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 1048576)) (br $l))))""",

        // Use up the stack.
        """(module (func $f (export "f") (param i64) (result i64) (i64.add (call $f (local.get 0)) (i64.const 1))))""",
        """(module (type $t (func)) (table 1 funcref) (elem (i32.const 0) $f) (func $f (export "f") (call_indirect (type $t) (i32.const 0))))""",

        // Use up memory: grow and touch every page, tables, 64-bit memories, arrays of the guest's heap.
        """
        (module (memory 1)
          (func (export "f") (local i32)
            (block $full (loop $more
              (br_if $full (i32.eq (memory.grow (i32.const 64)) (i32.const -1)))
              (br_if $full (i32.gt_u (memory.size) (i32.const 16384)))
              (loop $touch
                (i32.store (local.get 0) (i32.const 1))
                (local.set 0 (i32.add (local.get 0) (i32.const 4096)))
                (br_if $touch (i32.lt_u (local.get 0) (i32.mul (memory.size) (i32.const 65536)))))
              (br $more)))))
        """,
        """(module (table 1 externref) (func (export "f") (result i32) (table.grow (ref.null extern) (i32.const 10000000))))""",
        """(module (memory i64 1) (func (export "f") (result i64) (memory.grow (i64.const 0x1000000))))""",
        """
        (module (type $a (array (mut i64)))
          (func (export "f") (result i32) (local (ref null $a)) (local i32)
            (loop $more
              (local.set 0 (array.new_default $a (i32.const 1000000)))
              (local.set 1 (i32.add (local.get 1) (i32.const 1)))
              (br_if $more (i32.lt_u (local.get 1) (i32.const 100))))
            (array.len (local.get 0))))
        """,

        // Ask for more than anybody gives.
        "(module (memory 65536))",
        "(module (table 100000000 funcref))",
        """(module (memory 1) (data (i32.const 65535) "beyond"))""",
        """(module (table 1 funcref) (elem (i32.const 9) $f) (func $f))""",

        // Traps, exceptions nobody catches, calls of nothing.
        """(module (start $s) (func $s unreachable))""",
        """(module (tag $e (param i32)) (func (export "f") (throw $e (i32.const 1))))""",
        """(module (type $t (func)) (table 1 funcref) (func (export "f") (call_indirect (type $t) (i32.const 0))))""",
        """(module (func (export "f") (result i32) (i32.div_s (i32.const 0x80000000) (i32.const -1))))""",

        // Types that Wasmtime's own interface for C cannot tell without ending the process.
        """
        (module (type $s (struct (field (mut i32))))
          (func (export "f") (param (ref null $s)) (result (ref null $s)) (local.get 0))
          (table (export "t") 2 (ref null $s))
          (global (export "g") (ref $s) (struct.new $s (i32.const 1))))
        """,
        """(module (table (export "t") i64 2 0x100000000 externref))""",

        // System calls nobody granted, and one that sleeps for an hour.
        """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1) (data (i32.const 64) "/etc/passwd")
          (func (export "f") (result i32)
            (drop (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 11) (i32.const 0) (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 0)))
            (call $write (i32.const 1) (i32.const -4) (i32.const 0x7fffffff) (i32.const 0)))
          (func (export "g") (call $exit (i32.const 200))))
        """,
        """
        (module
          (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (func (export "f") (result i32)
            (i32.store (i32.const 16) (i32.const 1))
            (i64.store (i32.const 24) (i64.const 3600000000000))
            (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))
        """,

        // Names with control characters.
        """(module (import "\0a\1b[31m" "\e2\80\ae" (func)) (func (export "\0d\0a\1b]0;owned\07") unreachable))""",
    ];

    private static readonly byte[][] s_originals = [.. s_harmful.Concat(DamagedModules.Originals).Select(static text => ModuleText.ToBinary(text))];

    // Vectors that claim four thousand million items, a section that ends beyond the file, one inside another, sections twice.
    private static readonly byte[][] s_handwritten =
    [
        [],
        [0],
        [.. "\0asm"u8],
        [.. "\0asm\x02\0\0\0"u8],
        [.. "\0asm\x0d\0\x01\0"u8],
        [.. Header, 1, 5, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
        [.. Header, 10, 6, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0],
        [.. Header, 10, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
        [.. Header, 0, 6, 5, (byte)'n', (byte)'a', (byte)'m', (byte)'e', 0xFF],
        [.. Header, 1, 4, 1, 0x60, 0, 0, 1, 4, 1, 0x60, 0, 0],
        [.. Header, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 10, 1, 8, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x7F, 0x0B],
        [.. Header, 5, 5, 1, 0, 0xFF, 0xFF, 0x7F],
        [.. Header, .. Enumerable.Repeat((byte)0x80, 64)],
    ];

    private readonly Random _random = new(seed);

    private static ReadOnlySpan<byte> Header => "\0asm\u0001\0\0\0"u8;

    /// <summary>The next module.</summary>
    internal byte[] Next()
    {
        byte[] original = s_originals[_random.Next(s_originals.Length)];
        switch (_random.Next(100))
        {
            case < 5:
                byte[] noise = new byte[_random.Next(300)];
                _random.NextBytes(noise);
                return noise;
            case < 15:
                byte[] marked = new byte[8 + _random.Next(300)];
                _random.NextBytes(marked);
                Header.CopyTo(marked);
                return marked;
            case < 20:
                return s_handwritten[_random.Next(s_handwritten.Length)];
            case < 30:
                return original[.._random.Next(original.Length)];
            case < 33:
                return [.. original, .. BitConverter.GetBytes(_random.NextInt64())[1..]];
            case < 43:
                return WithNumber(original); // whole, and never compiled before
            default:
                return DamagedModules.Mutate(_random, original);
        }
    }

    // A custom section with a number.
    private byte[] WithNumber(byte[] module) => [.. module, 0, 10, 1, (byte)'n', .. BitConverter.GetBytes(_random.NextInt64())];
}
