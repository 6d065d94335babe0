using System.Diagnostics;
using System.Runtime.Versioning;

namespace WasmActors.Runtime.Tests.Modules;

/// <summary>Who may read and write a cache's folder, on Unix.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ModuleCachePermissionTests : ModuleCacheOnDisk
{
    [SkippableFact]
    public async Task A_key_that_others_could_read_is_replaced()
    {
        Skip.If(OperatingSystem.IsWindows());
        byte[] wasm = ModuleCacheTests.Answering(9);
        using (var cache = NewCache())
        {
            await cache.GetAsync(wasm);
        }

        byte[] known = await File.ReadAllBytesAsync(Folder.In("key"));
        File.SetUnixFileMode(Folder.In("key"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await RequireRemade(wasm, 9);
        Assert.NotEqual(known, await File.ReadAllBytesAsync(Folder.In("key")));
    }

    [SkippableFact]
    public async Task Nobody_else_can_read_the_folder_or_its_files()
    {
        Skip.If(OperatingSystem.IsWindows());
        using var cache = NewCache();
        await cache.GetAsync(ModuleCacheTests.Answering(1));
        const UnixFileMode File600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(File600 | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder.Path));
        var files = Directory.GetFiles(Folder.Path);
        Assert.Equal(3, files.Length);
        Assert.All(files, static file => Assert.Equal(File600, File.GetUnixFileMode(file)));
    }

    [SkippableFact]
    public async Task A_folder_that_others_could_write_is_closed_and_nothing_in_it_trusted()
    {
        Skip.If(OperatingSystem.IsWindows());
        byte[] wasm = ModuleCacheTests.Answering(1);
        using (var cache = NewCache())
        {
            await cache.GetAsync(wasm);
        }

        File.SetUnixFileMode(Folder.Path, File.GetUnixFileMode(Folder.Path) | UnixFileMode.GroupWrite);
        await RequireRemade(wasm, 1);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder.Path));
    }

    [SkippableFact]
    public async Task A_folder_of_another_user_is_not_used()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "only the superuser can give a folder away");
        Folder.Make();
        using (var chown = Process.Start("chown", ["65534", Folder.Path]))
        {
            await chown.WaitForExitAsync();
            Assert.Equal(0, chown.ExitCode);
        }

        using var cache = NewCache();
        Assert.Equal(1, ModuleCacheTests.Answer(await cache.GetAsync(ModuleCacheTests.Answering(1))));
        Assert.Contains("another user", cache.DiskProblem, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Folder.Path));
    }

    [SkippableFact]
    public async Task A_read_only_folder_still_serves_what_it_has()
    {
        Skip.If(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "needs a user whom the mode of a folder stops");
        using (var first = NewCache())
        {
            await first.GetAsync(ModuleCacheTests.Answering(1));
        }

        File.SetUnixFileMode(Folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var cache = NewCache();
        await cache.GetAsync(ModuleCacheTests.Answering(1));
        Assert.Equal((1, null), (cache.DiskHits, cache.DiskProblem));
        Assert.Equal(2, ModuleCacheTests.Answer(await cache.GetAsync(ModuleCacheTests.Answering(2))));
        Assert.NotNull(cache.DiskProblem);
        File.SetUnixFileMode(Folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
