namespace WasmActors.Runtime.Modules;

/// <summary>Where the memories and tables of new instances come from.</summary>
public enum AllocationStrategy
{
    /// <summary>From the operating system, one by one. Any number of instances; the default.</summary>
    OnDemand,

    /// <summary>From a pool reserved when the engine is made: starts several times faster, bounded by <see cref="PoolingSettings"/>.</summary>
    Pooling,
}
