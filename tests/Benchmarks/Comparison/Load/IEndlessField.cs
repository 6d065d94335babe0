namespace WasmActors.Benchmarks.Comparison.Load;

/// <summary>A field in which other stores run guests that never return.</summary>
internal interface IEndlessField : IStoreField
{
    /// <summary>Starts so many guests in endless loops, each in a store of its own.</summary>
    Task StartEndlessAsync(int guests);

    /// <summary>Tells them to end; does not wait.</summary>
    void StopEndless();

    /// <summary>Waits until they have ended, and answers how many of them ever ran.</summary>
    Task<int> WaitForEndlessAsync();
}
