using WasmActors.Runtime.Values;

namespace WasmActors.Runtime.Tests.Values;

public sealed class ValTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("+42", 42)]
    [InlineData("1_000_000", 1_000_000)]
    [InlineData("-2147483648", int.MinValue)]
    [InlineData("4294967295", -1)]
    [InlineData("2147483648", int.MinValue)]
    [InlineData("0xff", 255)]
    [InlineData("-0x8000_0000", int.MinValue)]
    [InlineData("0XFFFFFFFF", -1)]
    [InlineData("0x00000000000000000000000000000000000000000002a", 42)]
    public void An_i32_is_read_from_signed_and_unsigned_spellings(string text, int expected) =>
        Assert.Equal(expected, Parse(text, ValType.I32).AsI32());

    [Theory]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("18446744073709551615", -1L)]
    [InlineData("9007199254740993", 9007199254740993L)]
    [InlineData("0xffff_ffff_ffff_fffe", -2L)]
    public void An_i64_is_read_exactly(string text, long expected) =>
        Assert.Equal(expected, Parse(text, ValType.I64).AsI64());

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("0x")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData(" 1")]
    [InlineData("1\0")]
    [InlineData("--1")]
    [InlineData("ff")]
    [InlineData("_1")]
    [InlineData("1_")]
    [InlineData("1__0")]
    [InlineData("0x_1")]
    [InlineData("٣")]
    public void What_is_no_integer_is_refused_with_an_example(string text)
    {
        Assert.Equal($"'{text}' is not an i32: expected a whole number such as 42, -7 or 0x2a", Problem(text, ValType.I32));
        Assert.NotNull(Problem(text, ValType.I64));
    }

    [Theory]
    [InlineData("4294967296")]
    [InlineData("-2147483649")]
    [InlineData("0x1_0000_0000")]
    [InlineData("99999999999999999999999999")]
    public void An_i32_out_of_range_is_refused_with_the_range(string text) =>
        Assert.Equal($"'{text}' is out of range for an i32: expected -2147483648 to 4294967295, such as 42", Problem(text, ValType.I32));

    [Theory]
    [InlineData("18446744073709551616")]
    [InlineData("-9223372036854775809")]
    [InlineData("0x1_0000_0000_0000_0000")]
    public void An_i64_out_of_range_is_refused_with_the_range(string text) =>
        Assert.Equal($"'{text}' is out of range for an i64: expected -9223372036854775808 to 18446744073709551615, such as 42", Problem(text, ValType.I64));

    [Fact]
    public void Null_is_the_only_reference_that_can_be_written()
    {
        Assert.True(Parse("null", ValType.ExternRef).IsNull);
        Assert.Equal("null", ValText.Format(Parse("null", ValType.FuncRef)));
        Assert.Equal("'7' is not of type externref: expected null, the only reference that can be written as text", Problem("7", ValType.ExternRef));
        Assert.Contains("null is not one", Problem("null", ValType.Reference(HeapType.Func, nullable: false)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_is_shortened_in_the_problem() =>
        Assert.StartsWith($"'{new string('x', 60)}…' is not", Problem(new string('x', 1000), ValType.I32), StringComparison.Ordinal);

    private static Val Parse(string text, ValType type)
    {
        Assert.True(ValText.TryParse(text, type, out Val value, out string? problem), problem);
        Assert.Null(problem);
        return value;
    }

    private static string Problem(string text, ValType type)
    {
        Assert.False(ValText.TryParse(text, type, out _, out string? problem));
        return problem;
    }
}
