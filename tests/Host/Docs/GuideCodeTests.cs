namespace WasmActors.Host.Tests.Docs;

public class GuideCodeTests
{
    public static TheoryData<string> PagesWithCode => [.. Repository.Pages.Where(static page => DocumentedCode.Of(page, "csharp").Any())];

    [Theory]
    [MemberData(nameof(PagesWithCode))]
    public void Every_block_of_C_sharp_in_the_guides_compiles(string page)
    {
        string[] errors = [.. DocumentedCode.Of(page, "csharp").Where(static block => !GuideCompiler.IsFragment(block)).SelectMany(GuideCompiler.Errors)];

        Assert.True(errors.Length == 0, string.Join('\n', errors));
    }

    [Fact]
    public void The_readme_and_the_guides_have_C_sharp_to_compile()
    {
        Assert.All(
            ["README.md", "docs/user-guide.md", "docs/functions.md"],
            page => Assert.Contains(DocumentedCode.Of(page, "csharp"), static block => !GuideCompiler.IsFragment(block)));
    }

    [Fact]
    public void A_block_that_uses_what_does_not_exist_is_reported_with_its_line()
    {
        var block = Assert.Single(DocumentedCode.Read("page.md", ["text", "<!-- given: WasmHost host -->", "```csharp", "await host.ExplodeAsync();", "```"]));

        Assert.StartsWith("page.md:4: ", Assert.Single(GuideCompiler.Errors(block)), StringComparison.Ordinal);
        Assert.Empty(GuideCompiler.Errors(block with { Text = "await host.DisposeAsync();" }));
        Assert.NotEmpty(GuideCompiler.Errors(block with { Text = "await host.DisposeAsync();", Remark = "" }));
    }

    [Fact]
    public void A_whole_program_has_its_own_using_directives_only()
    {
        var block = new DocumentedCode("page.md", 1, "csharp", "", "using System.Text;\n\nawait WasmHost.StartAsync();");

        Assert.Contains("WasmHost", Assert.Single(GuideCompiler.Errors(block)), StringComparison.Ordinal);
        Assert.Empty(GuideCompiler.Errors(block with { Text = $"using WasmActors.Actors.Handles;\n{block.Text}" }));
    }
}
