using System.Diagnostics;
using System.Globalization;
using WasmActors.Actors.Admission;

namespace WasmActors.Actors.Tests.Admission;

/// <summary>What control groups of both versions say of their memory.</summary>
public sealed class ControlGroupTests : IDisposable
{
    private const string OldFiles = "total_inactive_file";
    private const string NewFiles = "inactive_file";

    private readonly string _root = Directory.CreateTempSubdirectory("wasmactors-groups-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Files_that_can_be_read_again_count_as_available()
    {
        Assert.Equal(new MemoryReading(450_000, 1_000_000), ControlGroup.Of("1000000\n", "700000\n", ["anon 500000", "inactive_file 150000", "active_file 50000"], NewFiles));
        Assert.Equal(new MemoryReading(450_000, 1_000_000), ControlGroup.Of("1000000\n", "700000\n", ["inactive_file 1", "total_inactive_file 150000"], OldFiles));
    }

    [Theory]
    [InlineData("max\n")]
    [InlineData("9223372036854771712\n")]
    public void A_group_without_a_limit_says_nothing(string limit) => Assert.Null(ControlGroup.Of(limit, "700000\n", [], OldFiles));

    [Fact]
    public void A_group_beyond_its_limit_has_nothing_available() => Assert.Equal(new MemoryReading(0, 1_000), ControlGroup.Of("1000", "1200", [], NewFiles));

    [Fact]
    public void The_groups_of_version_1_are_found_up_to_the_root()
    {
        string inner = Group("memory/pod/one", "memory.limit_in_bytes", "3000");
        File.WriteAllText(Path.Combine(inner, "memory.usage_in_bytes"), "1000");
        File.WriteAllText(Path.Combine(inner, "memory.stat"), "cache 1\ntotal_inactive_file 200\n");
        Group("memory/pod", "memory.limit_in_bytes", "9223372036854771712");

        var groups = ControlGroup.Find(_root, ["9:name=systemd:/", "4:cpu,memory:/pod/one", "0::/"]);

        Assert.Equal([inner, Path.Combine(_root, "memory", "pod")], groups.Select(static g => g.Folder), StringComparer.Ordinal);
        Assert.Equal(new MemoryReading(2_200, 3_000), groups[0].Read());
    }

    [Fact]
    public void In_a_container_the_mounted_group_is_its_own()
    {
        string own = Group("memory", "memory.limit_in_bytes", "3000");

        Assert.Equal([own], ControlGroup.Find(_root, ["4:memory:/docker/0123"]).Select(static g => g.Folder), StringComparer.Ordinal);
    }

    [Fact]
    public void The_groups_of_version_2_are_found()
    {
        string own = Group("unit", "memory.max", "3000");

        Assert.Equal([own], ControlGroup.Find(_root, ["0::/unit"]).Select(static g => g.Folder), StringComparer.Ordinal);
    }

    [SkippableFact]
    public async Task A_process_in_a_real_group_of_version_1_sees_its_limit()
    {
        const string Mounted = "/sys/fs/cgroup/memory/memory.limit_in_bytes";
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists(Mounted), "a control group of version 1 needs Linux, root and the mounted hierarchy");
        string name = string.Create(CultureInfo.InvariantCulture, $"wasmactors-{Environment.ProcessId}");
        var group = Directory.CreateDirectory(Path.Combine("/sys/fs/cgroup/memory", name));
        try
        {
            await File.WriteAllTextAsync(Path.Combine(group.FullName, "memory.limit_in_bytes"), "3221225472");
            using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"echo $$ > {group.FullName}/cgroup.procs && cat /proc/self/cgroup"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            string[] lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n');
            await process.WaitForExitAsync();

            var found = ControlGroup.Find("/sys/fs/cgroup", lines);

            Assert.Equal(group.FullName, found[0].Folder);
            Assert.Equal(3L << 30, found[0].Read()!.Value.Limit);
        }
        finally
        {
            group.Delete();
        }
    }

    private string Group(string path, string file, string content)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, path)).FullName;
        File.WriteAllText(Path.Combine(folder, file), content);
        return folder;
    }
}
