using System.Text;
using WasmActors.Conformance.Syntax;
using WasmActors.Conformance.Values;

namespace WasmActors.Conformance.Tests.Values;

/// <summary>Expected results match exactly what they say.</summary>
public sealed class PatternReaderTests
{
    [Theory]
    [InlineData("(f32.const nan:canonical)", 0x7FC0_0000UL, true)]
    [InlineData("(f32.const nan:canonical)", 0xFFC0_0000UL, true)]
    [InlineData("(f32.const nan:canonical)", 0x7FC0_0001UL, false)]
    [InlineData("(f32.const nan:canonical)", 0x7F80_0000UL, false)]
    [InlineData("(f32.const nan:arithmetic)", 0x7FC0_0001UL, true)]
    [InlineData("(f32.const nan:arithmetic)", 0xFFFF_FFFFUL, true)]
    [InlineData("(f32.const nan:arithmetic)", 0x7FA0_0000UL, false)]
    [InlineData("(f32.const nan:arithmetic)", 0x7F80_0000UL, false)]
    [InlineData("(f64.const nan:canonical)", 0xFFF8_0000_0000_0000UL, true)]
    [InlineData("(f64.const nan:canonical)", 0x7FF8_0000_0000_0001UL, false)]
    [InlineData("(f64.const nan:arithmetic)", 0x7FFC_0000_0000_0000UL, true)]
    [InlineData("(f64.const nan:arithmetic)", 0x7FF4_0000_0000_0000UL, false)]
    [InlineData("(f64.const nan:0x4)", 0x7FF0_0000_0000_0004UL, true)]
    [InlineData("(f64.const nan:0x4)", 0xFFF0_0000_0000_0004UL, false)]
    [InlineData("(f32.const 0)", 0x8000_0000UL, false)]
    [InlineData("(f32.const -0)", 0x8000_0000UL, true)]
    [InlineData("(i32.const -1)", 0xFFFF_FFFFUL, true)]
    [InlineData("(i64.const -1)", 0xFFFF_FFFFUL, false)]
    public void Numbers_match_bit_for_bit_or_by_class_of_nan(string text, ulong bits, bool matches) =>
        Assert.Equal(matches, Assert.IsType<Pattern.Number>(Read(text)).Value.Matches(bits));

    [Fact]
    public void Lanes_have_patterns_of_their_own()
    {
        var vector = Assert.IsType<Pattern.Vector>(Read("(v128.const f32x4 nan:canonical 1 nan:arithmetic -0)"));

        Assert.Equal([NanClass.Canonical, null, NanClass.Arithmetic, null], vector.Lanes.Select(static lane => lane.Nan));
        Assert.True(vector.Lanes[1].Matches(0x3F80_0000));
        Assert.False(vector.Lanes[3].Matches(0));
    }

    [Theory]
    [InlineData("(ref)")]
    [InlineData("(ref.eq)")]
    [InlineData("(ref.i31)")]
    [InlineData("(ref.struct)")]
    [InlineData("(ref.array)")]
    [InlineData("(ref.func)")]
    [InlineData("(ref.exn)")]
    [InlineData("(ref.extern)")]
    public void References_may_be_expected_by_their_kind(string text) => Assert.IsType<Pattern.Reference>(Read(text));

    [Fact]
    public void One_of_several_may_be_expected()
    {
        var either = Assert.IsType<Pattern.Either>(Read("(either (i32.const 1) (ref.null) (either (ref.extern 1)))"));

        Assert.IsType<Pattern.Number>(either.Alternatives[0]);
        Assert.IsType<Pattern.Null>(either.Alternatives[1]);
        Assert.IsType<Pattern.Host>(Assert.IsType<Pattern.Either>(either.Alternatives[2]).Alternatives[0]);
    }

    [Theory]
    [InlineData("(i32.const nan:canonical)")]
    [InlineData("(either)")]
    [InlineData("(ref.what)")]
    [InlineData("(v128.const f32x4 1 2 3)")]
    [InlineData("x")]
    public void What_is_no_expected_result_is_refused(string text) => Assert.Throws<SyntaxException>(() => Read(text));

    private static Pattern Read(string text) => PatternReader.Read(new SExprReader(Encoding.UTF8.GetBytes(text)).Next()!);
}
