using System.Globalization;
using CsCheck;
using WasmActors.Host.Formats;

namespace WasmActors.Host.Tests.Formats;

public class SizeTextTests
{
    private static readonly (string Name, int Shift)[] Units = [("", 0), ("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];

    [Theory]
    [InlineData("0", 0)]
    [InlineData("65536", 65536)]
    [InlineData("10B", 10)]
    [InlineData("64KiB", 65536)]
    [InlineData("16mib", 16 << 20)]
    [InlineData("1GiB", 1 << 30)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void Bytes_and_binary_units_are_sizes(string text, long bytes)
    {
        Assert.True(SizeText.TryParse(text, out long value, out _));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("KiB")]
    [InlineData("-1")]
    [InlineData("1.5MiB")]
    [InlineData("1 MiB")]
    [InlineData("1MB")]
    [InlineData("0x10")]
    public void Anything_else_is_refused_with_an_example(string text)
    {
        Assert.False(SizeText.TryParse(text, out _, out string? problem));
        Assert.Contains("16MiB", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("9223372036854775808")]
    [InlineData("8589934592GiB")]
    public void What_does_not_fit_64_bits_is_too_large(string text)
    {
        Assert.False(SizeText.TryParse(text, out _, out string? problem));
        Assert.Contains("too large", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Units_multiply_exactly() =>
        Gen.Select(Gen.Long[0, 1L << 20], Gen.Int[0, Units.Length - 1]).Sample(static (number, unit) =>
        {
            Assert.True(SizeText.TryParse(number.ToString(CultureInfo.InvariantCulture) + Units[unit].Name, out long value, out _));
            Assert.Equal(number << Units[unit].Shift, value);
        });

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(5L << 30, "5.0 GiB")]
    public void People_read_the_largest_unit(long bytes, string text) => Assert.Equal(text, SizeText.Format(bytes));
}
