using WasmActors.Host.Settings;

namespace WasmActors.Host.Tests.Settings;

public sealed class OpenFilesTests
{
    [Theory]
    [InlineData("Max open files            1024                 1048576              files     ", 1024)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max locked memory         8388608              8388608              bytes     ", null)]
    public void The_soft_limit_is_read(string line, int? limit)
    {
        using var folder = new TemporaryFolder();

        Assert.Equal(limit, OpenFiles.Read(folder.Write("limits", $"Limit                     Soft Limit           Hard Limit           Units     \n{line}\n")));
    }

    [Fact]
    public void Connections_leave_files_for_everything_else()
    {
        Assert.Equal(16, OpenFiles.ConnectionsOf(16));
        Assert.True(OpenFiles.Limit is not { } limit || OpenFiles.ConnectionsOf(int.MaxValue) <= limit - 160);
    }
}
