using Orleans;

namespace WasmActors.Benchmarks.Comparison.Grains;

/// <summary>A grain of Orleans that owns a store.</summary>
public interface IStoreGrain : IGrainWithIntegerKey
{
    /// <summary>Calls the guest.</summary>
    ValueTask<int> AddAsync(int a, int b);

    /// <summary>Runs the endless guest until the next tick interrupts it.</summary>
    ValueTask SpinUntilTickAsync();

    /// <summary>Lets the grain go, and its store with it.</summary>
    ValueTask StopAsync();
}
