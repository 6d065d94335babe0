using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Tests.Modules;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Runtime.Tests.Wasi;

/// <summary>Folders that WASI programs may open, what lies outside of them, and settings that are refused.</summary>
public sealed class WasiFolderTests : IClassFixture<WasiGuests>, IDisposable
{
    private readonly WasiGuests _guests;
    private readonly TemporaryFolder _outside = new TemporaryFolder().Make();
    private readonly string _inside;

    public WasiFolderTests(WasiGuests guests)
    {
        _guests = guests;
        _inside = _outside.In("inside");
        Directory.CreateDirectory(Path.Combine(_inside, "sub"));
        File.WriteAllText(_outside.In("secret"), "secret");
        File.WriteAllText(Path.Combine(_inside, "note"), "noted");
        File.WriteAllText(Path.Combine(_inside, "sub", "deep"), "deeper");
    }

    public void Dispose() => _outside.Dispose();

    [SkippableTheory]
    [InlineData("/data/note", "noted")]
    [InlineData("/data/sub/deep", "deeper")]
    [InlineData("/data/sub/../note", "noted")]
    [InlineData("/data/./sub//deep", "deeper")]
    public async Task Files_of_the_folder_can_be_read(string path, string content)
    {
        Assert.Equal((0, content, ""), await RunAsync(readOnly: true, path));
    }

    [SkippableFact]
    public async Task A_folder_is_read_only_by_default()
    {
        Assert.True(new PreopenedFolder(_inside, "/data").ReadOnly);
        foreach (string path in new[] { "/data/note", "/data/new" })
        {
            var (status, _, errors) = await RunAsync(readOnly: true, path, "changed");
            Assert.Equal(2, status);
            Assert.StartsWith(path + ": ", errors, StringComparison.Ordinal);
        }

        Assert.Equal("noted", await File.ReadAllTextAsync(Path.Combine(_inside, "note")));
        Assert.False(File.Exists(Path.Combine(_inside, "new")));
    }

    [SkippableFact]
    public async Task A_folder_that_may_be_written_is()
    {
        Assert.Equal((0, "", ""), await RunAsync(readOnly: false, "/data/new", "made"));
        Assert.Equal("made", await File.ReadAllTextAsync(Path.Combine(_inside, "new")));
        Assert.Equal((0, "", ""), await RunAsync(readOnly: false, "/data/note", "changed"));
        Assert.Equal("changed", await File.ReadAllTextAsync(Path.Combine(_inside, "note")));
    }

    [SkippableFact]
    public async Task Nothing_outside_of_the_folder_can_be_read_or_written_on_any_way()
    {
        string secret = _outside.In("secret");
        File.CreateSymbolicLink(Path.Combine(_inside, "absolute"), secret);
        File.CreateSymbolicLink(Path.Combine(_inside, "relative"), "../secret");
        Directory.CreateSymbolicLink(Path.Combine(_inside, "up"), "..");
        string[] ways = ["/data/../secret", "/data/sub/../../secret", secret, "../secret", "/data/absolute", "/data/relative", "/data/up/secret", "/etc/passwd", "etc/passwd"];
        foreach (string way in ways)
        {
            var (status, written, errors) = await RunAsync(readOnly: false, way);
            Assert.Equal((2, ""), (status, written));
            Assert.StartsWith(way + ": ", errors, StringComparison.Ordinal);
            Assert.Equal(2, (await RunAsync(readOnly: false, way, "overwritten")).Status);
        }

        Assert.Equal((2, ""), ((await RunAsync(readOnly: false, "/data/../planted", "x")).Status, File.Exists(_outside.In("planted")) ? "planted" : ""));
        Assert.Equal("secret", await File.ReadAllTextAsync(secret));
    }

    [SkippableFact]
    public async Task Two_folders_keep_their_own_rights()
    {
        var options = new WasiOptions { Folders = [new(_inside, "/read"), new(Path.Combine(_inside, "sub"), "/write", ReadOnly: false)] };
        var module = await _guests.FileAsync("files.c");
        Assert.Equal(2, _guests.Run(module, options with { Args = ["files", "/read/sub/deep", "x"] }).Status);
        Assert.Equal(0, _guests.Run(module, options with { Args = ["files", "/write/deep", "x"] }).Status);
        Assert.Equal("x", _guests.Run(module, options with { Args = ["files", "/read/sub/deep"] }).Out);
    }

    [SkippableFact]
    public async Task Settings_that_cannot_be_met_are_refused_when_a_program_needs_them()
    {
        var module = await _guests.FileAsync("hello.c");
        WasiOptions[] refused =
        [
            new() { Folders = [new(_outside.In("missing"), "/data")] },
            new() { Folders = [new(_outside.In("secret"), "/data")] },
            new() { Folders = [new(_inside, "")] },
            new() { Folders = [new("", "/data")] },
            new() { Folders = [new(_inside, "/da\0ta")] },
            new() { Folders = [new(_inside + "\0x", "/data")] },
            new() { Folders = [new(_inside, "/data"), new(_outside.Path, "/data")] },
            new() { Args = ["a", "b\0c"] },
            new() { Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["A\0"] = "b" } },
            new() { Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["A"] = "b\0" } },
            new() { Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["A=B"] = "c" } },
            new() { Environment = new Dictionary<string, string>(StringComparer.Ordinal) { [""] = "c" } },
        ];
        for (int i = 0; i < refused.Length; i++)
        {
            using var store = _guests.NewStore(refused[i]);
            var failure = Record.Exception(() => store.Instantiate(module, WasiGuests.Imports));
            Assert.True(failure is WasmError { Code: ErrorCode.WasiBadConfiguration }, $"settings {i}: {failure}");
        }
    }

    private async Task<(int Status, string Out, string Err)> RunAsync(bool readOnly, params string[] args)
    {
        var options = new WasiOptions { Args = ["files", .. args], Folders = [new PreopenedFolder(_inside, "/data", readOnly)] };
        return _guests.Run(await _guests.FileAsync("files.c"), options);
    }
}
