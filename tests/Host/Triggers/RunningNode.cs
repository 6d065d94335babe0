using Microsoft.Extensions.Configuration;
using Serilog.Core;
using WasmActors.Host.Cluster;
using WasmActors.Host.Persistence;
using WasmActors.Host.Persistence.States;
using WasmActors.Host.Settings;
using WasmActors.Host.Triggers;

namespace WasmActors.Host.Tests.Triggers;

/// <summary>A node in this process, for tests of triggers.</summary>
public sealed class RunningNode : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private Node _node = null!;
    private SqlStateStore _states = null!;

    /// <summary>The node as triggers see it.</summary>
    internal TriggerContext Context { get; private set; } = null!;

    /// <summary>The path of a folder of the tests.</summary>
    internal string Folder => _folder.Path;

    public async Task InitializeAsync()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["WasmActors:DataFolder"] = Path.Combine(_folder.Path, "data"),
            ["WasmActors:Modules:Compile"] = "in-process",
        }).Build();
        var settings = HostSettings.Read(configuration);
        var database = await FunctionDatabase.OpenFileAsync(settings.Database.File);
        _states = await StateDatabase.OpenFileAsync(settings.State.File, settings.State.Store);
        _node = await Node.StartAsync(settings, database, _states, Logger.None, default);
        Context = new TriggerContext(_node, null, configuration, Logger.None);
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _states.DisposeAsync();
        _folder.Dispose();
    }
}
