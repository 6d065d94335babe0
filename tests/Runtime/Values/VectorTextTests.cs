using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Values;

public sealed class VectorTextTests
{
    [Theory]
    [InlineData("0x0", "0x00000000000000000000000000000000")]
    [InlineData("0x1f", "0x0000000000000000000000000000001f")]
    [InlineData("0xABCD_0000_0000_0000_0000_0000_0000_0001", "0xabcd0000000000000000000000000001")]
    [InlineData("i8x16:0,1,2,3,4,5,6,7,8,9,10,11,12,13,-1,255", "0xffff0d0c0b0a09080706050403020100")]
    [InlineData("i16x8:1,2,3,4,5,6,7,0x8000", "0x80000007000600050004000300020001")]
    [InlineData("i32x4:1,2,3,-4", "0xfffffffc000000030000000200000001")]
    [InlineData("i64x2:1,-2", "0xfffffffffffffffe0000000000000001")]
    [InlineData("f32x4:1,-0,inf,nan:0x1", "0x7f8000017f800000800000003f800000")]
    [InlineData("f64x2:0x1p0,nan", "0x7ff80000000000003ff0000000000000")]
    public void A_vector_is_read_from_digits_or_lanes(string text, string expected)
    {
        Assert.True(ValText.TryParse(text, ValType.V128, out Val value, out string? problem), problem);
        Assert.Equal(expected, ValText.Format(value));
    }

    [Theory]
    [InlineData("7", "is not a v128")]
    [InlineData("", "is not a v128")]
    [InlineData("0x", "is not a v128")]
    [InlineData("-0x1", "is not a v128")]
    [InlineData("0x123456789012345678901234567890123", "is not a v128")]
    [InlineData("i32x5:1,2,3,4,5", "is not a v128")]
    [InlineData("i32x4", "has 0 lanes instead of 4")]
    [InlineData("i32x4:1,2,3", "has 3 lanes instead of 4")]
    [InlineData("i32x4:1,2,,4", "lane 2: '' is not an i32")]
    [InlineData("i8x16:0,256,0,0,0,0,0,0,0,0,0,0,0,0,0,0", "lane 1: '256' is out of range for an i8: expected -128 to 255")]
    [InlineData("f32x4:1,2,3,1e39", "lane 3: '1e39' is out of range for an f32")]
    public void What_is_no_vector_is_refused_with_the_reason(string text, string expected)
    {
        Assert.False(ValText.TryParse(text, ValType.V128, out _, out string? problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }
}
