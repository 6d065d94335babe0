namespace WasmActors.Benchmarks.Comparison.Load;

/// <summary>A number of stores with the function <c>add</c> in each, under one way of hosting them.</summary>
internal interface IStoreField : IAsyncDisposable
{
    /// <summary>Makes room for so many stores and callers; starts no store.</summary>
    Task OpenAsync(int stores, int callers);

    /// <summary>Starts a store and its instance; what starts with the first call may be left to that.</summary>
    Task StartAsync(int store);

    /// <summary>Calls <c>add</c>. A caller has one call under way at a time, so what its calls need can be kept by its number.</summary>
    ValueTask<int> CallAsync(int caller, int store, int a, int b);

    /// <summary>Stops all stores and waits until their memory is free for others.</summary>
    Task StopAllAsync();
}
