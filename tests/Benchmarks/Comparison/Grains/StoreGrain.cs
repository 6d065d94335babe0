using Orleans;
using Orleans.Placement;
using WasmActors.Benchmarks.Comparison.Fields;

namespace WasmActors.Benchmarks.Comparison.Grains;

/// <inheritdoc cref="IStoreGrain"/>
[PreferLocalPlacement]
public sealed class StoreGrain(PeerEngine engine) : Grain, IStoreGrain
{
    private PeerStore? _store;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _store = engine.CreateStore();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _store?.Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<int> AddAsync(int a, int b) => new(_store!.Add(a, b));

    /// <inheritdoc/>
    public ValueTask SpinUntilTickAsync()
    {
        _store!.SpinUntilTick();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask StopAsync()
    {
        DeactivateOnIdle();
        return ValueTask.CompletedTask;
    }
}
