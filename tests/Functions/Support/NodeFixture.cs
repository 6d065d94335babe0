namespace WasmActors.Functions.Tests.Support;

/// <summary>A cluster of one node for the tests of a class.</summary>
public class NodeFixture : IAsyncLifetime
{
    private readonly TestDatabase _database = new();

    internal TestNode Node { get; private set; } = null!;

    public async Task InitializeAsync() => Node = await TestNode.StartAsync(await _database.OpenAsync());

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        _database.Dispose();
    }
}
