namespace WasmActors.Guests.Hostile;

/// <summary>Modules with many kinds of content, and ways to damage their bytes.</summary>
public static class DamagedModules
{
    /// <summary>What is damaged, in text form: imports, tables, memories of both widths, the guest's heap, exceptions, tail calls, vectors.</summary>
    public static IReadOnlyList<string> Originals { get; } =
    [
        """
        (module $m
          (import "a" "f" (func $f (param i32) (result i32)))
          (memory (export "memory") 1 2)
          (table $t 4 funcref)
          (global $g (mut i64) (i64.const 3))
          (elem (i32.const 0) $f $loop $div)
          (data (i32.const 8) "some data")
          (func $loop (export "loop") (param i32) (result i32) (local i32)
            (block $out (loop $l (br_if $out (i32.ge_u (local.get 1) (local.get 0)))
              (local.set 1 (i32.add (local.get 1) (i32.const 1))) (br $l)))
            (i32.load (local.get 1)))
          (func $div (export "div") (param i32) (result i32) (i32.div_s (i32.const 100) (local.get 0)))
          (func (export "indirect") (param i32) (result i32) (call_indirect (param i32) (result i32) (local.get 0) (local.get 0)))
          (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
          (start $s) (func $s (global.set $g (i64.const 9))))
        """,
        """
        (module
          (type $s (struct (field (mut i32)) (field (ref null $s))))
          (type $a (array (mut i16)))
          (tag $e (export "e") (param i32))
          (import "b" "g" (func $g (param externref) (result externref)))
          (func (export "gc") (param i32) (result i32)
            (struct.get $s 0 (struct.new $s (local.get 0) (ref.null $s))))
          (func (export "array") (param i32) (result i32) (array.get_u $a (array.new_default $a (i32.const 8)) (local.get 0)))
          (func (export "catch") (param i32) (result i32)
            (block $h (result i32) (try_table (catch $e $h) (throw $e (local.get 0))) (unreachable)))
          (func (export "tail") (param i32) (result i32) (return_call 1 (local.get 0)))
          (func (export "ref") (result externref) (call $g (ref.null extern))))
        """,
        """
        (module
          (memory i64 1) (memory $two 1)
          (table i64 2 0x100000000 externref)
          (func (export "simd") (param v128) (result v128) (i8x16.add (local.get 0) (v128.const i32x4 1 2 3 4)))
          (func (export "m64") (param i64) (result f64) (f64.load (local.get 0)))
          (func (export "copy") (param i32) (memory.copy 0 $two (i64.const 0) (local.get 0) (i32.const 9)))
          (func (export "many") (result i32 i64 f32 f64) (i32.const 1) (i64.const 2) (f32.const 3) (f64.const nan:0x8000000000001))
          (data $d "passive") (func (export "init") (memory.init $d (i64.const 0) (i32.const 0) (i32.const 7)) (data.drop $d)))
        """,
    ];

    /// <summary>The bytes cut off, with a byte more or less, with up to three others, or with anything behind the binary's mark.</summary>
    public static byte[] Mutate(Random random, byte[] original)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(original);
        byte[] bytes = [.. original];
        switch (random.Next(8))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                random.NextBytes(bytes);
                "\0asm\u0001\0\0\0"u8.CopyTo(bytes);
                return bytes;
            case 2:
                int at = random.Next(8, bytes.Length);
                return [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
            case 3:
                int gap = random.Next(8, bytes.Length);
                return [.. bytes[..gap], .. bytes[(gap + 1)..]];
            default:
                for (int flips = random.Next(1, 4); flips > 0; flips--)
                {
                    bytes[random.Next(8, bytes.Length)] = (byte)random.Next(256);
                }

                return bytes;
        }
    }
}
