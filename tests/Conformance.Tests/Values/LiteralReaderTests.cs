using System.Text;
using WasmActors.Conformance.Syntax;
using WasmActors.Conformance.Values;
using WasmActors.Runtime.Values;

namespace WasmActors.Conformance.Tests.Values;

/// <summary>Arguments of calls are read bit for bit.</summary>
public sealed class LiteralReaderTests
{
    [Theory]
    [InlineData("(i32.const 1_000_000)", 1_000_000UL)]
    [InlineData("(i32.const -1)", 0xFFFF_FFFFUL)]
    [InlineData("(i32.const +7)", 7UL)]
    [InlineData("(i32.const 0xFFFF_ffff)", 0xFFFF_FFFFUL)]
    [InlineData("(i32.const -0x8000_0000)", 0x8000_0000UL)]
    [InlineData("(i64.const 0xdead_beef_0000_0001)", 0xDEAD_BEEF_0000_0001UL)]
    [InlineData("(i64.const -9_223_372_036_854_775_808)", 0x8000_0000_0000_0000UL)]
    [InlineData("(f32.const 0x1.8p3)", 0x4140_0000UL)]
    [InlineData("(f32.const 0x1p-149)", 0x0000_0001UL)]
    [InlineData("(f32.const 0x1.fffffep+127)", 0x7F7F_FFFFUL)]
    [InlineData("(f32.const 1.)", 0x3F80_0000UL)]
    [InlineData("(f32.const 1_0.2_5e1_0)", 0x51BE_EBCFUL)]
    [InlineData("(f32.const -0)", 0x8000_0000UL)]
    [InlineData("(f32.const -inf)", 0xFF80_0000UL)]
    [InlineData("(f32.const nan)", 0x7FC0_0000UL)]
    [InlineData("(f32.const -nan:0x200000)", 0xFFA0_0000UL)]
    [InlineData("(f64.const nan:0x1)", 0x7FF0_0000_0000_0001UL)]
    [InlineData("(f64.const nan:0xf_ffff_ffff_ffff)", 0x7FFF_FFFF_FFFF_FFFFUL)]
    [InlineData("(f64.const 0x1.999999999999ap-4)", 0x3FB9_9999_9999_999AUL)]
    [InlineData("(f64.const 0x0.0000000000001p-1022)", 0x0000_0000_0000_0001UL)]
    [InlineData("(f64.const 1e308)", 0x7FE1_CCF3_85EB_C8A0UL)]
    public void Numbers_are_read_bit_for_bit(string text, ulong bits) =>
        Assert.Equal(bits, NumberText.BitsOf(Number(text)));

    [Theory]
    [InlineData("(v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 -1)", 0x0807_0605_0403_0201UL, 0xFF0F_0E0D_0C0B_0A09UL)]
    [InlineData("(v128.const i16x8 0x1_234 -1 65535 -32768 0 0 0 1)", 0x8000_FFFF_FFFF_1234UL, 0x0001_0000_0000_0000UL)]
    [InlineData("(v128.const i32x4 1 2 3 -1)", 0x0000_0002_0000_0001UL, 0xFFFF_FFFF_0000_0003UL)]
    [InlineData("(v128.const i64x2 -1 1)", 0xFFFF_FFFF_FFFF_FFFFUL, 0x0000_0000_0000_0001UL)]
    [InlineData("(v128.const f32x4 1 -0 inf nan:0x1)", 0x8000_0000_3F80_0000UL, 0x7F80_0001_7F80_0000UL)]
    [InlineData("(v128.const f64x2 0x1p1 -nan)", 0x4000_0000_0000_0000UL, 0xFFF8_0000_0000_0000UL)]
    public void Vectors_are_read_lane_by_lane(string text, ulong low, ulong high) =>
        Assert.Equal((low, high), Number(text).AsV128());

    [Fact]
    public void References_are_null_or_objects_of_the_host()
    {
        Assert.Equal(ValKind.FuncRef, Assert.IsType<Literal.Null>(Read("(ref.null func)")).Kind);
        Assert.Equal(ValKind.ExternRef, Assert.IsType<Literal.Null>(Read("(ref.null noextern)")).Kind);
        Assert.Equal(ValKind.AnyRef, Assert.IsType<Literal.Null>(Read("(ref.null struct)")).Kind);
        Assert.Equal(ValKind.ExnRef, Assert.IsType<Literal.Null>(Read("(ref.null exn)")).Kind);
        Assert.Null(Assert.IsType<Literal.Null>(Read("(ref.null $t)")).Kind);
        Assert.Equal(new Literal.Host("(ref.extern 3)", new HostObject(3), IsInternal: false), Read("(ref.extern 3)"));
        Assert.Equal(new Literal.Host("(ref.host 0x3)", new HostObject(3), IsInternal: true), Read("(ref.host 0x3)"));
    }

    [Theory]
    [InlineData("(i32.const)")]
    [InlineData("(i32.const 1 2)")]
    [InlineData("(i32.const 4294967296)")]
    [InlineData("(i32.const -2147483649)")]
    [InlineData("(i32.const 1__0)")]
    [InlineData("(i32.const _1)")]
    [InlineData("(i32.const 1.5)")]
    [InlineData("(f32.const nan:canonical)")]
    [InlineData("(f32.const nan:0x0)")]
    [InlineData("(f32.const 1e39)")]
    [InlineData("(v128.const i8x16 0)")]
    [InlineData("(v128.const i8x16 256 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0)")]
    [InlineData("(v128.const i31x4 0 0 0 0)")]
    [InlineData("(ref.null what)")]
    [InlineData("(ref.func)")]
    [InlineData("5")]
    public void What_is_no_value_is_refused(string text) => Assert.Throws<SyntaxException>(() => Read(text));

    private static Val Number(string text) => Assert.IsType<Literal.Number>(Read(text)).Value;

    private static Literal Read(string text) => LiteralReader.Read(new SExprReader(Encoding.UTF8.GetBytes(text)).Next()!);
}
