using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Values;

public sealed class FloatTextTests
{
    [Theory]
    [InlineData("0", 0x00000000u)]
    [InlineData("-0", 0x80000000u)]
    [InlineData("1.5", 0x3FC00000u)]
    [InlineData("+1_0.2_5", 0x41240000u)]
    [InlineData("-2e3", 0xC4FA0000u)]
    [InlineData("inf", 0x7F800000u)]
    [InlineData("-inf", 0xFF800000u)]
    [InlineData("nan", 0x7FC00000u)]
    [InlineData("-nan", 0xFFC00000u)]
    [InlineData("nan:0x1", 0x7F800001u)]
    [InlineData("-nan:0x7f_ffff", 0xFFFFFFFFu)]
    [InlineData("3.4028235e38", 0x7F7FFFFFu)]
    [InlineData("1e-50", 0x00000000u)]
    [InlineData("1.000000059604644775390625", 0x3F800000u)] // 1 + 2^-24: a tie, to even
    [InlineData("1.00000005960464477539062500000000000001", 0x3F800001u)] // through f64 it would become the tie
    public void An_f32_is_read_and_rounded_once(string text, uint expected) =>
        Assert.Equal(expected, BitConverter.SingleToUInt32Bits(Parse(text, ValType.F32).AsF32()));

    [Theory]
    [InlineData("0x1.8p3", 12.0)]
    [InlineData("-0x1p-1", -0.5)]
    [InlineData("0XAP0", 10.0)]
    [InlineData("0x1.", 1.0)]
    [InlineData("0x.8", 0.5)]
    [InlineData("0xff_ff", 65535.0)]
    [InlineData("0x1p+1_0", 1024.0)]
    [InlineData("0x0p99999999999999999999", 0.0)]
    [InlineData("0x1p-99999999999999999999", 0.0)]
    [InlineData("0x0.0000000000000000000000000000000000000001p160", 1.0)]
    [InlineData("0x10000000000000000000000000000000000000000p-160", 1.0)]
    [InlineData("0x1.fffffffffffffp1023", double.MaxValue)]
    [InlineData("0x1.fffffffffffff7ffffffffffffffffffp1023", double.MaxValue)]
    [InlineData("0x1p-1074", double.Epsilon)]
    [InlineData("0x1p-1075", 0.0)] // a tie, to even
    [InlineData("0x1.0000000000000000000000000001p-1075", double.Epsilon)]
    [InlineData("0xffffffffffffffffp-1138", double.Epsilon)] // all 64 bits lie behind the last bit
    [InlineData("0x8000000000000000p-1138", 0.0)]
    [InlineData("0x8000000000000001p-1138", double.Epsilon)]
    [InlineData("0x3p-1075", 2 * double.Epsilon)] // a tie, to even
    [InlineData("0x1.00000000000008p0", 1.0)] // a tie, to even
    [InlineData("0x1.00000000000008000000000000000001p0", 1.0000000000000002)]
    [InlineData("0x1.00000000000018p0", 1.0000000000000004)] // a tie, to even
    [InlineData("0x0.fffffffffffffcp-1022", 2.2250738585072014E-308)] // up from the subnormal numbers
    public void A_hexadecimal_f64_is_rounded_to_nearest_ties_to_even(string text, double expected) =>
        Assert.Equal(BitConverter.DoubleToUInt64Bits(expected), BitConverter.DoubleToUInt64Bits(Parse(text, ValType.F64).AsF64()));

    [Theory]
    [InlineData("0x1.000001p0", 0x3F800000u)] // a tie, to even
    [InlineData("0x1.00000100000000000001p0", 0x3F800001u)]
    [InlineData("0x1.fffffeffffffp127", 0x7F7FFFFFu)]
    [InlineData("0x1p-149", 0x00000001u)]
    [InlineData("-0x1p-150", 0x80000000u)]
    [InlineData("0x1.8p-149", 0x00000002u)]
    public void A_hexadecimal_f32_is_rounded_to_nearest_ties_to_even(string text, uint expected) =>
        Assert.Equal(expected, BitConverter.SingleToUInt32Bits(Parse(text, ValType.F32).AsF32()));

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("0x")]
    [InlineData("0x.")]
    [InlineData("0x.p1")]
    [InlineData("0x1p")]
    [InlineData("0x1p-")]
    [InlineData("0x1p1.5")]
    [InlineData("0x1.2.3")]
    [InlineData("0x1_p3")]
    [InlineData("1e")]
    [InlineData("1e_3")]
    [InlineData("1,5")]
    [InlineData("1.5 ")]
    [InlineData("1.5\0")]
    [InlineData("--1")]
    [InlineData("-+1")]
    [InlineData("Infinity")]
    [InlineData("NaN")]
    [InlineData("∞")]
    [InlineData("nan:1")]
    [InlineData("nan:0x")]
    [InlineData("nan:0xg")]
    [InlineData("null")]
    public void What_is_no_number_is_refused_with_an_example(string text)
    {
        Assert.Equal($"'{text}' is not an f32: expected a number such as 1.5, -2e3, 0x1.8p3, inf or nan", Problem(text, ValType.F32));
        Assert.Equal($"'{text}' is not an f64: expected a number such as 1.5, -2e3, 0x1.8p3, inf or nan", Problem(text, ValType.F64));
    }

    [Theory]
    [InlineData("3.5e38")]
    [InlineData("-1e99999")]
    [InlineData("0x1p128")]
    [InlineData("0x1.ffffffp127")] // a tie, which rounds up to 2^128
    [InlineData("0x1p99999999999999999999")]
    public void An_f32_that_is_too_large_is_refused_with_the_largest(string text) =>
        Assert.Equal($"'{text}' is out of range for an f32: expected at most 3.4028235E+38, or inf", Problem(text, ValType.F32));

    [Theory]
    [InlineData("1.8e308")]
    [InlineData("0x1p1024")]
    [InlineData("0x1.fffffffffffff8p1023")]
    public void An_f64_that_is_too_large_is_refused_with_the_largest(string text) =>
        Assert.Equal($"'{text}' is out of range for an f64: expected at most 1.7976931348623157E+308, or inf", Problem(text, ValType.F64));

    [Theory]
    [InlineData("nan:0x0")]
    [InlineData("-nan:0x800000")]
    [InlineData("nan:0xfffffffffffffffffffff")]
    public void A_NaN_payload_that_does_not_fit_is_refused_with_the_range(string text) =>
        Assert.Equal($"'{text}' is out of range for an f32: expected a payload of 0x1 to 0x7fffff, such as nan:0x1", Problem(text, ValType.F32));

    [Theory]
    [InlineData(0x0000000000000000UL, "0")]
    [InlineData(0x8000000000000000UL, "-0")]
    [InlineData(0x3FF8000000000000UL, "1.5")]
    [InlineData(0x3FB999999999999AUL, "0.1")]
    [InlineData(0x7FF0000000000000UL, "inf")]
    [InlineData(0xFFF0000000000000UL, "-inf")]
    [InlineData(0x7FF8000000000000UL, "nan")]
    [InlineData(0xFFF8000000000000UL, "-nan")]
    [InlineData(0x7FF0000000000001UL, "nan:0x1")]
    [InlineData(0xFFFFFFFFFFFFFFFFUL, "-nan:0xfffffffffffff")]
    public void An_f64_is_printed_as_short_as_it_can_be(ulong bits, string expected) =>
        Assert.Equal(expected, ValText.Format(Val.F64(BitConverter.UInt64BitsToDouble(bits))));

    [Fact]
    public void Thousands_of_digits_change_nothing()
    {
        Assert.Equal(1.0, Parse("0." + new string('0', 20_000) + "1e20001", ValType.F64).AsF64());
        Assert.Equal(1.0, Parse("1" + new string('0', 20_000) + "e-20000", ValType.F64).AsF64());
        Assert.Equal(1.0, Parse("0x1" + new string('0', 20_000) + "p-80000", ValType.F64).AsF64());
    }

    private static Val Parse(string text, ValType type)
    {
        Assert.True(ValText.TryParse(text, type, out Val value, out string? problem), problem);
        return value;
    }

    private static string Problem(string text, ValType type)
    {
        Assert.False(ValText.TryParse(text, type, out _, out string? problem));
        return problem;
    }
}
