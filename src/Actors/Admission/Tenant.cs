using WasmActors.Actors.Dispatch;

namespace WasmActors.Actors.Admission;

/// <summary>Whose stores they are: the unit of fairness within one host. It lives while it has stores.</summary>
/// <param name="name">As in <see cref="Stores.StoreSpec.Tenant"/>; empty for stores that have none.</param>
/// <param name="weight">How much it gets in relation to others, from 1.</param>
internal sealed class Tenant(string name, int weight)
{
    private int _waiting;

    internal string Name { get; } = name;

    internal int Weight { get; } = weight;

    /// <summary>Its stores that wait for a processor.</summary>
    internal TenantLines Lines { get; } = new(weight);

    /// <summary>Its live stores; under the lock of <see cref="Tenants"/>.</summary>
    internal int Stores { get; set; }

    /// <summary>Its requests that wait.</summary>
    internal int Waiting => Volatile.Read(ref _waiting);

    internal int Add(int waiting) => Interlocked.Add(ref _waiting, waiting);

    public override string ToString() => Name.Length == 0 ? "stores without a tenant" : $"tenant '{Name}'";
}
