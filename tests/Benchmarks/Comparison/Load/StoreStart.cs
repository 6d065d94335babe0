namespace WasmActors.Benchmarks.Comparison.Load;

/// <summary>The start of a store up to its first answer.</summary>
internal static class StoreStart
{
    /// <summary>Starts a store and calls it once.</summary>
    internal static async Task RunAsync(IStoreField field, int caller, int store)
    {
        await field.StartAsync(store);
        await FirstCallAsync(field, caller, store);
    }

    /// <summary>Calls a store once and checks the answer.</summary>
    internal static async Task FirstCallAsync(IStoreField field, int caller, int store)
    {
        int result = await field.CallAsync(caller, store, store, 3);
        if (result != store + 3)
        {
            throw new InvalidOperationException($"add({store}, 3) gave {result}.");
        }
    }
}
