using WasmActors.Benchmarks.Comparison.Load;

namespace WasmActors.Benchmarks.Comparison.Fields;

/// <summary>Raw Wasmtime: each store behind a lock of its own, called on the caller's thread.</summary>
internal sealed class LockField(PeerEngine engine) : IStoreField
{
    private LockedStore?[] _stores = [];

    public Task OpenAsync(int stores, int callers)
    {
        _stores = new LockedStore?[stores];
        return Task.CompletedTask;
    }

    public Task StartAsync(int store)
    {
        _stores[store] = new LockedStore(engine.CreateStore());
        return Task.CompletedTask;
    }

    public ValueTask<int> CallAsync(int caller, int store, int a, int b) => new(_stores[store]!.Add(a, b));

    public Task StopAllAsync()
    {
        foreach (var store in _stores)
        {
            store?.Dispose();
        }

        _stores = [];
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAllAsync();
        engine.Dispose();
    }

    private sealed class LockedStore(PeerStore store) : IDisposable
    {
        private readonly Lock _lock = new();

        internal int Add(int a, int b)
        {
            lock (_lock)
            {
                return store.Add(a, b);
            }
        }

        public void Dispose() => store.Dispose();
    }
}
