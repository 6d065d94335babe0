using System.Runtime.Versioning;
using System.Text;
using WasmActors.Host.Tests.Cli;

namespace WasmActors.Host.Tests.Serving;

[UnsupportedOSPlatform("windows")]
public sealed class PermissionTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode All = Owner | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "wasmactors-data");

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task A_data_folder_that_was_there_before_and_all_files_in_it_are_closed_to_other_users()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no file modes.");
        Directory.CreateDirectory(Data);
        File.SetUnixFileMode(Data, All);
        await using var serve = await ProgramRun.ServeAsync(_folder);
        using var module = new StringContent("""(module (func (export "f")))""", Encoding.UTF8, "text/plain");
        using var deployed = await serve.Client.PutAsync(new Uri("/v1/functions/f", UriKind.Relative), module);
        Assert.True(deployed.IsSuccessStatusCode);

        AssertClosed(Data);
        string[] names = [.. Directory.GetFiles(Data, "*", SearchOption.AllDirectories).Select(Path.GetFileName).OfType<string>()];
        Assert.Contains("wasmactors.db-wal", names, StringComparer.Ordinal);
        Assert.Contains("wasmactors.db-shm", names, StringComparer.Ordinal);
        Assert.Contains("database.id", names, StringComparer.Ordinal);
        Assert.Contains("node.lock", names, StringComparer.Ordinal);
        Assert.Contains(names, static name => name.EndsWith(".log", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Files_of_an_earlier_version_are_closed_to_other_users()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no file modes.");
        await using (var first = await ProgramRun.ServeAsync(_folder))
        {
            await first.KillAsync(); // leaves the files beside the database
        }

        foreach (string path in Directory.GetFileSystemEntries(Data).Concat(Directory.GetFiles(Path.Combine(Data, "logs"))).Where(static p => Path.GetFileName(p) != "modules"))
        {
            File.SetUnixFileMode(path, Directory.Exists(path) ? All : All & ~(UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute));
        }

        File.SetUnixFileMode(Data, All);
        _folder.Write("wasmactors-data/logs/wasmactors-20200101.log", "old");

        await using var second = await ProgramRun.ServeAsync(_folder);

        AssertClosed(Data);
    }

    [SkippableFact]
    public async Task A_folder_with_other_files_is_left_as_it_is_and_the_start_says_so()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no file modes.");
        _folder.Write("wasmactors-data/other.txt", "");
        File.SetUnixFileMode(Data, All);

        await using var serve = await ProgramRun.ServeAsync(_folder);
        Assert.Equal(0, await serve.StopAsync());

        Assert.Equal(All, File.GetUnixFileMode(Data));
        Assert.Contains("can be listed by other users (mode 0755; it also contains other files", serve.Output, StringComparison.Ordinal);
        File.Delete(Path.Combine(Data, "other.txt"));
        File.SetUnixFileMode(Data, Owner);
        AssertClosed(Data);
    }

    private static void AssertClosed(string folder) => Assert.All(
        Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Append(folder),
        static path => Assert.True((File.GetUnixFileMode(path) & ~Owner) == UnixFileMode.None, $"{path} has the mode {Convert.ToString((int)File.GetUnixFileMode(path), 8)}"));
}
