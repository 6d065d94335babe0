using System.Runtime.Versioning;
using WasmActors.Host.Persistence.States;

namespace WasmActors.Functions.Tests.Persistence.States;

public sealed class SqliteStateStoreTests : StateStoreContract
{
    private readonly StateFile _file = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _file.Dispose();
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void The_files_are_their_owners_alone()
    {
        foreach (string file in Directory.GetFiles(_file.Folder))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    private protected override Task<SqlStateStore> OpenAsync(StateStoreOptions options) => _file.OpenAsync(options);
}
