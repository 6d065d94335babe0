using WasmActors.Host.Formats;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Host.Tests.Formats;

public class FolderTextTests
{
    [Theory]
    [InlineData(".", ".", ".", false)]
    [InlineData("data:ro", "data", "data", true)]
    [InlineData("./data::/data", "./data", "/data", false)]
    [InlineData("./data::/data:ro", "./data", "/data", true)]
    [InlineData("/a b::/ü", "/a b", "/ü", false)]
    [InlineData("a:b::c", "a:b", "c", false)]
    [InlineData("data:rw", "data", "data", false)]
    [InlineData("x:ro:rw", "x:ro", "x:ro", false)]
    [InlineData("x\\:ro", "x:ro", "x:ro", false)]
    [InlineData("x\\:ro:ro", "x:ro", "x:ro", true)]
    [InlineData("a\\:\\:b::/data", "a::b", "/data", false)]
    [InlineData("a\\::b::/data", "a::b", "/data", false)]
    [InlineData("data::/x\\:\\:y", "data", "/x::y", false)]
    [InlineData("back\\slash::/data", "back\\slash", "/data", false)]
    [InlineData("end\\\\::/data", "end\\", "/data", false)]
    [InlineData("\\\\server\\share::/data", "\\\\server\\share", "/data", false)]
    public void Host_guest_and_mark_are_told_apart(string text, string host, string guest, bool readOnly)
    {
        Assert.True(FolderText.TryParse(text, out var folder, out _));
        Assert.Equal(new PreopenedFolder(host, guest, readOnly), folder);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":ro")]
    [InlineData("::/data")]
    [InlineData("data::")]
    [InlineData("data:::ro")]
    public void A_missing_name_is_refused(string text)
    {
        Assert.False(FolderText.TryParse(text, out _, out string? problem));
        Assert.Contains("HOST[::GUEST][:ro]", problem, StringComparison.Ordinal);
    }
}
