using WasmActors.Functions.Api;
using WasmActors.Functions.Sessions;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Functions.Tests.Sessions;

public sealed class GrantedFoldersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wasmactors-folders-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_that_is_allowed_may_be_granted_and_those_in_it()
    {
        Check(_folder, _folder);
        Check(Path.Combine(_folder, "a", "b"), _folder + "/");
        Check("/anything", null);
        Check("/anything", "/");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/..")]
    [InlineData("/allowed-not")]
    [InlineData("/allowed/../other")]
    public void Any_other_one_may_not_also_where_it_looks_like_one_within(string path)
    {
        string allowed = Directory.CreateDirectory(Path.Combine(_folder, "allowed")).FullName;

        var refused = Assert.Throws<WasmError>(() => Check(_folder + path, allowed));

        Assert.Equal(FunctionErrorCode.NotGranted, refused.Code);
        Assert.Contains(allowed, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_does_not_lead_out_of_what_is_allowed()
    {
        string allowed = Directory.CreateDirectory(Path.Combine(_folder, "allowed")).FullName;
        Directory.CreateDirectory(Path.Combine(allowed, "a", "b"));
        Directory.CreateSymbolicLink(Path.Combine(allowed, "out"), "..");
        Directory.CreateSymbolicLink(Path.Combine(allowed, "absolute"), allowed);
        Directory.CreateSymbolicLink(Path.Combine(allowed, "within"), "a/b");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "in"), allowed);

        Assert.Throws<WasmError>(() => Check(Path.Combine(allowed, "out"), allowed));
        Assert.Throws<WasmError>(() => Check(Path.Combine(allowed, "out", "allowed"), allowed));
        Assert.Throws<WasmError>(() => Check(Path.Combine(allowed, "absolute"), allowed));
        Assert.Throws<WasmError>(() => Check(Path.Combine(_folder, "in"), allowed));
        Check(Path.Combine(allowed, "within") + "/..", allowed);
        Check(Path.Combine(_folder, "in", "a"), Path.Combine(_folder, "in"));
    }

    [Fact]
    public void A_link_in_place_of_an_allowed_folder_does_not_lead_out_of_an_outer_one()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "private"));
        string outer = Directory.CreateDirectory(Path.Combine(_folder, "outer")).FullName;
        string inner = Path.Combine(outer, "inner");
        Directory.CreateSymbolicLink(inner, "../private");

        Assert.Throws<WasmError>(() => GrantedFolders.Check(Spec(inner), [inner, outer]));
        Assert.Equal(outer, Assert.Single(GrantedFolders.Of(Spec(inner), [inner, outer])).Within);
    }

    [Fact]
    public void Where_none_are_allowed_none_may_be_granted() =>
        Assert.Throws<WasmError>(() => GrantedFolders.Check(Spec(_folder), []));

    private static void Check(string folder, string? allowed) => GrantedFolders.Check(Spec(folder), allowed is null ? null : [allowed]);

    private static FunctionSpec Spec(string folder) => new("f") { Grants = new FunctionGrants { Folders = [new PreopenedFolder(folder, "/data")] } };
}
