using System.Globalization;
using CsCheck;
using WasmActors.Host.Formats;

namespace WasmActors.Host.Tests.Formats;

public class DurationTextTests
{
    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("2s", 2)]
    [InlineData("1.5s", 1.5)]
    [InlineData(".5s", 0.5)]
    [InlineData("1m", 60)]
    [InlineData("2h", 7200)]
    [InlineData("1S", 1)]
    public void A_number_with_a_unit_is_a_duration(string text, double seconds)
    {
        Assert.True(DurationText.TryParse(text, out var value, out _));
        Assert.Equal(TimeSpan.FromSeconds(seconds), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("ms")]
    [InlineData("1.2.3s")]
    [InlineData(".s")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("1e3s")]
    [InlineData("5 minutes")]
    public void Anything_else_is_refused_with_an_example(string text)
    {
        Assert.False(DurationText.TryParse(text, out _, out string? problem));
        Assert.Contains("500ms", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0s")]
    [InlineData("0.00000001ms")]
    [InlineData("101h", true)]
    [InlineData("2401h")]
    [InlineData("79228162514264337593543950335h")]
    public void A_duration_is_more_than_zero_and_at_most_100_days(string text, bool allowed = false)
    {
        Assert.Equal(allowed, DurationText.TryParse(text, out _, out string? problem));
        Assert.Equal(allowed, problem is null);
    }

    [Fact]
    public void Whole_milliseconds_are_exact() => Gen.Int[1, int.MaxValue].Sample(ms =>
    {
        Assert.True(DurationText.TryParse(ms.ToString(CultureInfo.InvariantCulture) + "ms", out var value, out _));
        Assert.Equal(ms, value.TotalMilliseconds);
    });

    [Fact]
    public void No_text_throws() => Gen.String.Sample(static text =>
        Assert.Equal(DurationText.TryParse(text, out _, out string? problem), problem is null));
}
