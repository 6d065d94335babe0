using WasmActors.Functions.Api;
using WasmActors.Host.Deployments;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Modules.Binary;

namespace WasmActors.Host.Tests.Deployments;

public sealed class DeploymentFileTests(TemporaryFolder folder) : IClassFixture<TemporaryFolder>
{
    [Fact]
    public async Task The_file_beside_a_module_says_how_it_is_run()
    {
        string path = folder.Write("beside/Cart.wat", "(module)");
        folder.Write("beside/Cart.json", """{ "kind": "keyed", "convention": "bytes", "rollOut": "atOnce" }""");

        var file = await DeploymentFile.ReadAsync(path, null, default);

        Assert.Equal(("cart", FunctionKind.Keyed, CallingConvention.Bytes, RollOut.AtOnce), (file.Name, Spec(file).Kind, Spec(file).Convention, file.ToOptions().RollOut));
        Assert.True(ModuleText.IsBinary(file.Module.Binary));
        Assert.EndsWith("Cart.json", file.SettingsPath, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_file_beside_it_the_defaults_count()
    {
        var file = await DeploymentFile.ReadAsync(folder.Write("alone.wat", "(module)"), "named", default);

        Assert.Null(file.SettingsPath);
        Assert.Equal(("named", FunctionKind.Stateless), (file.Name, Spec(file).Kind));
    }

    [Theory]
    [InlineData("""{ "kind": "other" }""", "kind is 'other'")]
    [InlineData("{", "wrong.json")]
    [InlineData("""{ "moduleDigest": "00" }""", "moduleDigest has no place here")]
    public async Task Wrong_settings_are_told_with_their_file(string json, string problem)
    {
        string path = folder.Write("wrong.wat", "(module)");
        folder.Write("wrong.json", json);

        var failure = await Assert.ThrowsAsync<WasmError>(async () => Spec(await DeploymentFile.ReadAsync(path, null, default)));

        Assert.Equal(FunctionErrorCode.BadSpec, failure.Code);
        Assert.Contains("wrong.json: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_are_too_large_are_not_read()
    {
        string path = folder.Write("large.wat", "(module)");
        folder.Write("large.json", new string(' ', 70_000) + "{}");

        var failure = await Assert.ThrowsAsync<WasmError>(() => DeploymentFile.ReadAsync(path, null, default));

        Assert.Equal(FunctionErrorCode.BadSpec, failure.Code);
    }

    [Theory]
    [InlineData("fib.wat", "fib")]
    [InlineData("a/My Cart.v2.wasm", "my-cart-v2")]
    [InlineData("_x_.wasm", "x")]
    [InlineData("Ünï.wasm", "n")]
    public void A_name_is_made_of_the_files(string path, string name) => Assert.Equal(name, DeploymentName.Of(path));

    [Theory]
    [InlineData("日本.wasm")]
    [InlineData("a23456789012345678901234567890123456789012345678901234567890abcd.wasm")]
    [InlineData(".wasm")]
    public void A_name_that_cannot_be_made_is_refused_with_what_is_allowed(string path)
    {
        var failure = Assert.Throws<WasmError>(() => DeploymentName.Of(path));

        Assert.Equal(FunctionErrorCode.BadName, failure.Code);
        Assert.Contains("a-z, 0-9", failure.Message, StringComparison.Ordinal);
    }

    private static FunctionSpec Spec(DeploymentFile file) => file.Onto(new FunctionSpec(file.Name));
}
