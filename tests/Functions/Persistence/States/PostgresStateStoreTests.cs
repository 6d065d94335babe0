using WasmActors.Host.Persistence.States;
using WasmActors.Processes;

namespace WasmActors.Functions.Tests.Persistence.States;

public sealed class PostgresStateStoreTests : StateStoreContract
{
    private PostgresServer? _server;

    public override async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await base.DisposeAsync();
            await _server.DisposeAsync();
        }
    }

    public override async Task InitializeAsync()
    {
        if (PostgresServer.MissingBecause is null)
        {
            _server = await PostgresServer.StartAsync();
            await base.InitializeAsync();
        }
    }

    private protected override async Task<SqlStateStore> OpenAsync(StateStoreOptions options)
    {
        Skip.If(PostgresServer.MissingBecause is not null, PostgresServer.MissingBecause);
        return await StateDatabase.OpenPostgresAsync(_server!.Connection, options);
    }
}
