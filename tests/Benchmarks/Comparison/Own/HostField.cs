using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Benchmarks.Comparison.Load;
using WasmActors.Runtime.Imports;
using WasmActors.Runtime.Modules;

namespace WasmActors.Benchmarks.Comparison.Own;

/// <summary>This project's own: each store in its actor behind a <see cref="WasmHost"/>.</summary>
internal sealed class HostField(string guest, AllocationStrategy allocation = AllocationStrategy.OnDemand, bool reserveMemory = true) : IStoreField
{
    private readonly ImportMap _imports = new ImportSet().Define("env", "add", static (int a, int b) => a + b);
    private WasmHost? _host;
    private WasmModule _module = null!;
    private StoreRef[] _stores = [];
    private FuncRef[] _functions = [];

    public async Task OpenAsync(int stores, int callers)
    {
        if (_host is null)
        {
            _host = await WasmHost.StartAsync(new WasmHostOptions
            {
                Engine = new EngineSettings { Allocation = allocation, ReserveMemory = reserveMemory },
                Cache = new ModuleCacheOptions { OnDisk = false },
            });
            _module = await _host.LoadTextAsync(guest);
        }

        _stores = new StoreRef[stores];
        _functions = new FuncRef[stores];
    }

    public async Task StartAsync(int store)
    {
        var made = await _host!.CreateStoreAsync();
        _stores[store] = made;
        _functions[store] = (await made.InstantiateAsync(_module, _imports)).GetFunc("add");
    }

    public ValueTask<int> CallAsync(int caller, int store, int a, int b) => _functions[store].CallAsync<int, int, int>(a, b);

    public async Task StopAllAsync()
    {
        foreach (var store in _stores)
        {
            await store.StopAsync();
        }
    }

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;
}
