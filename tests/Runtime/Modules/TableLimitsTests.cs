using WasmActors.Runtime.Modules.Binary;
using static WasmActors.Runtime.Tests.Modules.BinaryBuilder;

namespace WasmActors.Runtime.Tests.Modules;

public sealed class TableLimitsTests
{
    [Fact]
    public void Limits_of_exported_tables_are_found_by_export_name()
    {
        ModuleBinary binary = Read("""
            (module
              (table (export "wide") i64 0 0xffff_ffff_ffff_ffff funcref)
              (table (export "plain") (export "alias") 3 7 externref)
              (table 9 funcref)
              (table (export "open") i64 0x1_0000_0001 funcref)
              (func (export "f")) (memory (export "m") 1) (global (export "g") i32 (i32.const 0)) (tag (export "e")))
            """);

        Assert.Equal(4, binary.ExportedTables.Count);
        Assert.Equal(new TableLimits(0, ulong.MaxValue, Is64: true), binary.ExportedTables["wide"]);
        Assert.Equal(new TableLimits(3, 7, Is64: false), binary.ExportedTables["plain"]);
        Assert.Equal(new TableLimits(3, 7, Is64: false), binary.ExportedTables["alias"]);
        Assert.Equal(new TableLimits(0x1_0000_0001, null, Is64: true), binary.ExportedTables["open"]);
    }

    [Fact]
    public void Limits_of_imported_tables_are_found_by_ordinal_among_all_imports()
    {
        ModuleBinary binary = Read("""
            (module
              (type $s (struct))
              (import "m" "f" (func (param i32)))
              (import "m" "t" (table i64 5 0x1_0000_0000_0000 funcref))
              (import "m" "a" (memory 1))
              (import "m" "b" (memory 1 2 shared))
              (import "m" "c" (memory i64 1 0x1_0000_0000))
              (import "m" "d" (memory 1 2 (pagesize 1)))
              (import "m" "g" (global (mut i64)))
              (import "m" "v" (global v128))
              (import "m" "h" (global (ref null $s)))
              (import "m" "i" (global (ref extern)))
              (import "m" "j" (global i31ref))
              (import "m" "x" (tag (param i32)))
              (import "" "" (table 2 (ref null $s)))
              (export "own" (table $own)) (export "second" (table 1))
              (table $own 4 4 externref))
            """);

        Assert.Equal([1, 12], binary.ImportedTables.Keys.Order());
        Assert.Equal(new TableLimits(5, 0x1_0000_0000_0000, Is64: true), binary.ImportedTables[1]);
        Assert.Equal(new TableLimits(2, null, Is64: false), binary.ImportedTables[12]);
        Assert.Equal(new TableLimits(4, 4, Is64: false), binary.ExportedTables["own"]);
        Assert.Equal(new TableLimits(2, null, Is64: false), binary.ExportedTables["second"]);
    }

    [Theory]
    [InlineData("funcref", "(ref.null func)")]
    [InlineData("(ref func)", "(ref.func $f)")]
    [InlineData("funcref", "(global.get $func)")]
    [InlineData("(ref null $s)", "(ref.null $s)")]
    [InlineData("(ref $s)", "(struct.new $s (i32.const -5) (f64.const 1.5))")]
    [InlineData("(ref $s)", "(struct.new_default $s)")]
    [InlineData("(ref $a)", "(array.new $a (i64.const -1) (i32.const 3))")]
    [InlineData("(ref $a)", "(array.new_default $a (i32.add (i32.const 3) (i32.mul (i32.const 0x7fffffff) (global.get $n))))")]
    [InlineData("(ref $a)", "(array.new_fixed $a 2 (i64.const 1) (i64.sub (i64.const 2) (i64.const 0x8000000000000000)))")]
    [InlineData("(ref $v)", "(array.new $v (v128.const i32x4 11 11 11 11) (i32.const 1))")]
    [InlineData("(ref $w)", "(array.new $w (f32.const 2.5) (i32.const 1))")]
    [InlineData("(ref i31)", "(ref.i31 (i32.const 11))")]
    [InlineData("anyref", "(any.convert_extern (ref.null extern))")]
    [InlineData("externref", "(extern.convert_any (ref.i31 (i32.const 1)))")]
    public void Initial_values_of_tables_are_passed_over(string element, string initial)
    {
        ModuleBinary binary = Read($"""
            (module
              (type $s (struct (field i32) (field f64)))
              (type $a (array i64))
              (type $v (array v128))
              (type $w (array f32))
              (import "m" "n" (global $n i32))
              (import "m" "func" (global $func funcref))
              (table (export "first") 11 13 {element} {initial})
              (table (export "last") i64 17 funcref)
              (func $f))
            """);

        Assert.Equal(new TableLimits(11, 13, Is64: false), binary.ExportedTables["first"]);
        Assert.Equal(new TableLimits(17, null, Is64: true), binary.ExportedTables["last"]);
    }

    [Fact]
    public void Compact_imports_with_a_type_each_count_one_by_one()
    {
        byte[] wasm = Module(
            Section(2, [0x02, .. Name("m"), 0x00, 0x7F, 0x03, .. Name("f"), 0x00, 0x00, .. Name("t"), 0x01, 0x70, 0x00, 0x05, .. Name("g"), 0x03, 0x7F, 0x00, .. Name("m"), .. Name("u"), 0x01, 0x70, 0x00, 0x06]),
            Section(7, [0x01, .. Name("x"), 0x01, 0x01]));

        ModuleBinary binary = Read(wasm);

        Assert.Equal([1, 3], binary.ImportedTables.Keys.Order());
        Assert.Equal(5UL, binary.ImportedTables[1].Minimum);
        Assert.Equal(6UL, binary.ExportedTables["x"].Minimum);
    }

    [Fact]
    public void Compact_imports_with_one_type_count_one_by_one()
    {
        byte[] wasm = Module(
            Section(2, [0x02, .. Name("m"), 0x00, 0x7E, 0x01, 0x70, 0x01, 0x05, 0x09, 0x02, .. Name("t"), .. Name("u"), .. Name(""), .. Name(""), 0x01, 0x70, 0x00, 0x06]),
            Section(7, [0x01, .. Name("x"), 0x01, 0x02]));

        ModuleBinary binary = Read(wasm);

        Assert.Equal([0, 1, 2], binary.ImportedTables.Keys.Order());
        Assert.Equal(new TableLimits(5, 9, Is64: false), binary.ImportedTables[1]);
        Assert.Equal(6UL, binary.ExportedTables["x"].Minimum);
    }

    [Fact]
    public void Compact_imports_are_read_as_the_text_format_writes_them()
    {
        ModuleBinary binary = Read("""
            (module
              (import "m" (item "f" (func)) (item "t" (table 5 funcref)))
              (import "m" (item "u") (item "v") (table i64 6 funcref))
              (import "m" "w" (table 7 funcref)))
            """);

        Assert.Equal([1, 2, 3, 4], binary.ImportedTables.Keys.Order());
        Assert.Equal(new TableLimits(6, null, Is64: true), binary.ImportedTables[3]);
        Assert.Equal(7UL, binary.ImportedTables[4].Minimum);
    }

    [Theory]
    [InlineData("offset 12 (table section): 0x08 is not a known form of table limits", new byte[] { 0x01, 0x70, 0x08, 0x00 })]
    [InlineData("offset 11 (table section): 0x20 is not a known value type", new byte[] { 0x01, 0x20, 0x00, 0x00 })]
    [InlineData("offset 12 (table section): the table's encoding is not known", new byte[] { 0x01, 0x40, 0x01, 0x70, 0x00, 0x00 })]
    [InlineData("offset 16 (table section): instruction 0x20 is not known in a constant expression", new byte[] { 0x01, 0x40, 0x00, 0x70, 0x00, 0x00, 0x20, 0x00, 0x0B })]
    [InlineData("offset 13 (table section): a number is longer than 32 bits", new byte[] { 0x01, 0x70, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x1F })]
    [InlineData("offset 13 (table section): a number is longer than 64 bits", new byte[] { 0x01, 0x70, 0x04, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02 })]
    [InlineData("offset 14 (table section): ends too early", new byte[] { 0x02, 0x70, 0x00, 0x00 })]
    public void An_unknown_table_is_a_problem_with_its_offset(string expected, byte[] contents)
    {
        Assert.False(ModuleBinary.TryRead(Module(Section(4, contents)), out _, out string? problem));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void Tables_before_an_unknown_initial_value_keep_their_limits()
    {
        byte[] wasm = Module(
            Section(4, 0x02, 0x40, 0x00, 0x70, 0x00, 0x05, 0xFB, 0x3F, 0x0B, 0x70, 0x00, 0x06),
            Section(7, [0x02, .. Name("a"), 0x01, 0x00, .. Name("b"), 0x01, 0x01]));

        Assert.False(ModuleBinary.TryRead(wasm, out ModuleBinary? binary, out string? problem));

        Assert.Equal("offset 16 (table section): instruction 0xfb 63 is not known in a constant expression", problem);
        Assert.Equal(5UL, Assert.Single(binary!.ExportedTables).Value.Minimum);
    }

    [Fact]
    public void An_exported_table_whose_name_is_not_UTF_8_is_a_problem()
    {
        byte[] wasm = Module(Section(4, 0x01, 0x70, 0x00, 0x05), Section(7, 0x01, 0x01, 0xFF, 0x01, 0x00));

        Assert.False(ModuleBinary.TryRead(wasm, out _, out string? problem));

        Assert.Equal("offset 17 (export section): a name is not valid UTF-8", problem);
    }

    private static ModuleBinary Read(string text) => Read(Wasmtime.Module.ConvertText(text));

    private static ModuleBinary Read(byte[] wasm)
    {
        Assert.True(ModuleBinary.TryRead(wasm, out ModuleBinary? binary, out string? problem), problem);
        return binary!;
    }
}
