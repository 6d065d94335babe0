using WasmActors.Actors.Dispatch;

namespace WasmActors.Actors.Admission;

/// <summary>Whose stores they are: the unit of fairness within one host. It lives while it has stores.</summary>
/// <param name="name">As in <see cref="Stores.StoreSpec.Tenant"/>; empty for stores that have none.</param>
/// <param name="weight">How much it gets in relation to others, from 1.</param>
internal sealed class Tenant(string name, int weight)
{
    private int _waiting;
    private int _live;
    private long _granted;

    internal string Name { get; } = name;

    internal int Weight { get; } = weight;

    /// <summary>Its stores that wait for a processor.</summary>
    internal TenantLines Lines { get; } = new(weight);

    /// <summary>Its live stores; under the lock of <see cref="Tenants"/>.</summary>
    internal int Stores { get; set; }

    /// <summary>Its requests that wait.</summary>
    internal int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Its stores that take room.</summary>
    internal int Live => Volatile.Read(ref _live);

    /// <summary>Bytes that its guests' memories were granted.</summary>
    internal long Granted => Volatile.Read(ref _granted);

    internal void AddLive(int stores) => Interlocked.Add(ref _live, stores);

    internal void Grant(long bytes) => Interlocked.Add(ref _granted, bytes);

    internal int Add(int waiting) => Interlocked.Add(ref _waiting, waiting);

    public override string ToString() => Name.Length == 0 ? "stores without a tenant" : $"tenant '{Name}'";
}
