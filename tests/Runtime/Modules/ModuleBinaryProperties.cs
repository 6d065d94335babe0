using CsCheck;
using WasmActors.Runtime.Modules.Binary;
using static WasmActors.Runtime.Tests.Modules.BinaryBuilder;

namespace WasmActors.Runtime.Tests.Modules;

public sealed class ModuleBinaryProperties
{
    private static readonly byte[] Valid = Wasmtime.Module.ConvertText("""
        (module $name
          (type $a (array i64))
          (import "m" "f" (func (param i32)))
          (import "m" "t" (table i64 5 0x1_0000_0000_0000 funcref))
          (import "m" "a" (memory i64 1 0x1_0000_0000))
          (import "m" "g" (global (ref null $a)))
          (import "m" "x" (tag (param i32)))
          (table (export "one") 11 13 (ref $a) (array.new_fixed $a 2 (i64.const 1) (i64.const -2)))
          (table (export "two") i64 0 0xffff_ffff_ffff_ffff funcref)
          (func $f (export "f"))
          (@custom "foo" "bar"))
        """);

    private static readonly Gen<byte[]> RandomBytes = Gen.Byte.Array[0, 64];

    [Fact]
    public void Random_bytes_never_throw() =>
        RandomBytes.Sample(static bytes => ReadWithoutThrowing(bytes));

    [Fact]
    public void Random_sections_never_throw() =>
        Gen.Select(Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)2), Gen.Const((byte)4), Gen.Const((byte)7)), RandomBytes).Array[1, 4]
            .Sample(static sections => ReadWithoutThrowing(Module([.. sections.Select(static s => Section(s.Item1, s.Item2))])));

    [Fact]
    public void Random_name_sections_never_throw() =>
        RandomBytes.Sample(static bytes => ReadWithoutThrowing(Module(Section(0, [.. Name("name"), .. bytes]))));

    [Fact]
    public void Modules_cut_off_anywhere_never_throw()
    {
        for (int length = 0; length < Valid.Length; length++)
        {
            ReadWithoutThrowing(Valid[..length]);
        }
    }

    [Fact]
    public void Modules_with_changed_bytes_never_throw() =>
        Gen.Select(Gen.Int[8, Valid.Length - 1], Gen.Byte).Array[1, 5].Sample(static changes =>
        {
            byte[] bytes = [.. Valid];
            foreach ((int at, byte value) in changes)
            {
                bytes[at] = value;
            }

            ReadWithoutThrowing(bytes);
        });

    [Fact]
    public void Limits_of_any_size_are_read_exactly() =>
        Gen.Select(Gen.ULong, Gen.ULong, Gen.Bool).Sample(static (minimum, largest, isBounded) =>
        {
            byte[] limits = isBounded ? [0x05, .. Leb(minimum), .. Leb(largest)] : [0x04, .. Leb(minimum)];
            byte[] wasm = Module(Section(4, [0x01, 0x70, .. limits]), Section(7, [0x01, .. Name("t"), 0x01, 0x00]));
            return ModuleBinary.TryRead(wasm, out ModuleBinary? binary, out _)
                && binary!.ExportedTables["t"] == new TableLimits(minimum, isBounded ? largest : null, Is64: true);
        });

    private static void ReadWithoutThrowing(byte[] bytes)
    {
        bool ok = ModuleBinary.TryRead(bytes, out ModuleBinary? binary, out string? problem);

        Assert.Equal(ok, problem is null);
        Assert.True(!ok || binary is not null);
        Assert.All(binary?.CustomSections ?? [], section => Assert.InRange(section.Offset + section.Length, 8, bytes.Length));
    }
}
