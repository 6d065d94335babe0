namespace WasmActors.Runtime.Stores;

/// <summary>Which thread uses a store. An object of its own, so that the engine can look at it and not keep the store alive, which would
/// take a weak reference for each store otherwise: they are dear to make and to collect.</summary>
internal sealed class StoreUse
{
    /// <summary>The managed number of the thread; 0 for none.</summary>
    internal int Thread;
}
