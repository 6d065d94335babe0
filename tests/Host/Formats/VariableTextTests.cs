using WasmActors.Host.Formats;

namespace WasmActors.Host.Tests.Formats;

public class VariableTextTests
{
    [Theory]
    [InlineData("A=b", "A", "b")]
    [InlineData("A=", "A", "")]
    [InlineData("A=b=c", "A", "b=c")]
    [InlineData("A= x ", "A", " x ")]
    public void The_first_equals_sign_ends_the_name(string text, string name, string value)
    {
        Assert.True(VariableText.TryParse(text, out var variable, out _));
        Assert.Equal(new(name, value), variable);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("=b")]
    public void A_name_and_an_equals_sign_are_needed(string text)
    {
        Assert.False(VariableText.TryParse(text, out _, out string? problem));
        Assert.Contains("NAME=VALUE", problem, StringComparison.Ordinal);
    }
}
