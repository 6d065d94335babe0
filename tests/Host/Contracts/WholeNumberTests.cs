using System.Globalization;
using System.Numerics;
using System.Text;
using CsCheck;
using WasmActors.Host.Contracts;

namespace WasmActors.Host.Tests.Contracts;

public sealed class WholeNumberTests
{
    [Theory]
    [InlineData("1e5", false, 100_000)]
    [InlineData("100000.0", false, 100_000)]
    [InlineData("1.5e1", false, 15)]
    [InlineData("-12300E-2", true, 123)]
    [InlineData("-0.0", true, 0)]
    [InlineData("0e99999999999", false, 0)]
    [InlineData("10.50e1", false, 105)]
    [InlineData("18446744073709551615", false, ulong.MaxValue)]
    [InlineData("1844674407370955161.50e1", false, ulong.MaxValue)]
    public void A_whole_number_is_read_exactly_in_each_form(string text, bool isNegative, ulong magnitude)
    {
        Assert.True(WholeNumber.TryParse(Encoding.ASCII.GetBytes(text), out bool negative, out ulong number));
        Assert.Equal((isNegative, magnitude), (negative, number));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1.5")]
    [InlineData("1e-1")]
    [InlineData("18446744073709551616")]
    [InlineData("1e20")]
    [InlineData("1e2147483648")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1.")]
    [InlineData(".5e1")]
    [InlineData("01")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("0x10")]
    [InlineData("1e5.0")]
    public void Anything_else_is_no_whole_number(string text) =>
        Assert.False(WholeNumber.TryParse(Encoding.ASCII.GetBytes(text), out _, out _));

    [Fact]
    public void It_agrees_with_exact_arithmetic() =>
        Gen.Select(Gen.ULong[0, 99_999_999], Gen.Int[0, 9_999], Gen.Int[-12, 14], Gen.Int[0, 3]).Sample((whole, fraction, exponent, zeros) =>
        {
            string text = string.Create(CultureInfo.InvariantCulture, $"{whole}.{fraction:d4}{new string('0', zeros)}e{exponent}");
            var scaled = new BigInteger(whole) * 10_000 + fraction;
            var power = BigInteger.Pow(10, Math.Abs(exponent - 4));
            bool isWhole = exponent >= 4 || scaled % power == 0;
            var exact = exponent >= 4 ? scaled * power : scaled / power;

            Assert.Equal(isWhole && exact <= ulong.MaxValue, WholeNumber.TryParse(Encoding.ASCII.GetBytes(text), out _, out ulong number));
            Assert.True(!isWhole || exact > ulong.MaxValue || exact == number, text);
        });
}
