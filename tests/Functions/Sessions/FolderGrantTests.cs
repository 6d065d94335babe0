using System.Text;
using WasmActors.Functions.Api;
using WasmActors.Functions.Hosting;
using WasmActors.Functions.Tests.Support;
using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Wasi;

namespace WasmActors.Functions.Tests.Sessions;

/// <summary>Folders that deployments grant, on a node that allows one: functions that may write in it do not lead others out.</summary>
public sealed class FolderGrantTests : IAsyncLifetime
{
    // Renames "sub" to "old", and makes "sub" a link to what its input names; exits with the sum of the errors.
    private const string Swap = """
        (module
          (import "wasi_snapshot_preview1" "path_rename" (func $rename (param i32 i32 i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_symlink" (func $link (param i32 i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1) (data (i32.const 100) "sub") (data (i32.const 110) "old")
          (func (export "_start")
            (i32.store (i32.const 0) (i32.const 1000)) (i32.store (i32.const 4) (i32.const 500))
            (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
            (call $exit (i32.add
              (call $rename (i32.const 3) (i32.const 100) (i32.const 3) (i32.const 3) (i32.const 110) (i32.const 3))
              (call $link (i32.const 1000) (i32.load (i32.const 8)) (i32.const 3) (i32.const 100) (i32.const 3))))))
        """;

    // Copies "note" of its folder to standard output.
    private const string Show = """
        (module
          (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1) (data (i32.const 100) "note")
          (func (export "_start")
            (drop (call $open (i32.const 3) (i32.const 1) (i32.const 100) (i32.const 4) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)))
            (i32.store (i32.const 0) (i32.const 1000)) (i32.store (i32.const 4) (i32.const 500))
            (drop (call $read (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 8)))
            (i32.store (i32.const 4) (i32.load (i32.const 8)))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))))
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("wasmactors-grants-").FullName;
    private readonly TestDatabase _database = new();
    private TestNode _node = null!;

    private string Safe => Path.Combine(_folder, "safe");

    public async Task InitializeAsync()
    {
        foreach (string name in (string[])["safe/sub", "private/deep"])
        {
            string path = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
            await File.WriteAllTextAsync(Path.Combine(path, "note"), name);
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "private", "note"), "private");
        _node = await TestNode.StartAsync(await _database.OpenAsync(), options: plain => plain with { Folders = [Safe] });
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [SkippableFact]
    public async Task A_folder_that_another_function_replaced_by_a_link_is_not_followed_out()
    {
        RequireLinux();
        var writer = await DeployAsync("writer", Swap, new PreopenedFolder(Safe, "/data", ReadOnly: false));
        var reader = await DeployAsync("reader", Show, new PreopenedFolder(Path.Combine(Safe, "sub"), "/data"));
        Assert.Equal("safe/sub", await ShownAsync(reader));
        Assert.Equal(0, (await Expect.SoonAsync(writer.RunAsync(new ProgramInput("../private"u8.ToArray())))).Status);

        var failure = await Expect.FailureAsync(FunctionErrorCode.NotGranted, reader.RunAsync(new ProgramInput(default)));

        Assert.Contains("leads out of", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_folder_that_another_function_replaced_by_a_link_within_is_followed()
    {
        RequireLinux();
        var writer = await DeployAsync("writer", Swap, new PreopenedFolder(Safe, "/data", ReadOnly: false));
        var reader = await DeployAsync("reader", Show, new PreopenedFolder(Path.Combine(Safe, "sub"), "/data"));
        Assert.Equal(0, (await Expect.SoonAsync(writer.RunAsync(new ProgramInput("old"u8.ToArray())))).Status);

        Assert.Equal("safe/sub", await ShownAsync(reader));
    }

    [SkippableFact]
    public async Task A_deployment_does_not_get_out_by_a_guests_link_and_dots()
    {
        RequireLinux();
        var writer = await DeployAsync("writer", Swap, new PreopenedFolder(Safe, "/data", ReadOnly: false));
        Assert.Equal(0, (await Expect.SoonAsync(writer.RunAsync(new ProgramInput("../private/deep"u8.ToArray())))).Status);

        var refused = await Assert.ThrowsAsync<WasmError>(() => DeployAsync("reader", Show, new PreopenedFolder(Safe + "/sub/..", "/data")));

        Assert.Equal(FunctionErrorCode.NotGranted, refused.Code);
    }

    private static void RequireLinux() => Skip.IfNot(OperatingSystem.IsLinux(), "Folders within others are opened on Linux only.");

    private static async Task<string> ShownAsync(FunctionRef function) =>
        Encoding.UTF8.GetString((await Expect.SoonAsync(function.RunAsync(new ProgramInput(default)))).Stdout.Span);

    private async Task<FunctionRef> DeployAsync(string name, string wat, PreopenedFolder folder)
    {
        await _node.DeployAsync(new FunctionSpec(name) { Convention = CallingConvention.WasiCommand, Grants = new FunctionGrants { Folders = [folder] } }, wat);
        return _node.Functions.Get(name);
    }
}
