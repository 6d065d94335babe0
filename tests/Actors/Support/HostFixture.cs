using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Actors.Stores;

namespace WasmActors.Actors.Tests.Support;

/// <summary>One host for the tests of a class, without files of its own.</summary>
public class HostFixture : IAsyncLifetime
{
    public WasmHost Host { get; private set; } = null!;

    public static WasmHostOptions Options => new() { Cache = new() { OnDisk = false } };

    public async Task InitializeAsync() => Host = await WasmHost.StartAsync(HostOptions);

    public async Task DisposeAsync() => await Host.DisposeAsync();

    private protected virtual WasmHostOptions HostOptions => Options;

    /// <summary>A module in text form, instantiated in a store of its own.</summary>
    public Task<InstanceRef> NewAsync(string wat, ImportMap? imports = null, StoreSpec? spec = null) => Host.NewAsync(wat, imports, spec);
}
