using WasmActors.Functions.Api;
using WasmActors.Host.Deployments;
using WasmActors.Runtime.Failures;

namespace WasmActors.Host.Tests.Deployments;

public sealed class DeploymentFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_module_in_it_is_a_function()
    {
        foreach (string name in (string[])["b.wat", "a.wasm", "a.json", "readme.md", ".hidden.wasm", "inner/c.wasm"])
        {
            _folder.Write(name, "");
        }

        var read = DeploymentFolder.Read(_folder.Path);

        Assert.Equal(["a.wasm", "b.wat"], read.Modules.Select(Path.GetFileName), StringComparer.Ordinal);
        Assert.Empty(read.Refused);
    }

    [Fact]
    public void Modules_without_a_name_of_their_own_are_refused_and_the_others_stay()
    {
        foreach (string name in (string[])["good.wat", "x.wasm", "X.wat", "日本.wasm"])
        {
            _folder.Write(name, "");
        }

        var read = DeploymentFolder.Read(_folder.Path);

        Assert.Equal(["good.wat"], read.Modules.Select(Path.GetFileName), StringComparer.Ordinal);
        Assert.Equal(2, read.Refused.Count);
        Assert.All(read.Refused, static r => Assert.Equal(FunctionErrorCode.BadName, r.Code));
        Assert.Contains(read.Refused, static r => r.Message.Contains("function 'x'", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_that_cannot_be_read_is_told() =>
        Assert.Equal(ErrorCode.ModuleUnreadable, Assert.Throws<WasmError>(() => DeploymentFolder.Read(Path.Combine(_folder.Path, "none"))).Code);
}
