namespace WasmActors.Actors.Admission;

/// <summary>The tenants of a host's live stores, by name.</summary>
internal sealed class Tenants(AdmissionOptions options)
{
    private readonly Dictionary<string, Tenant> _byName = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private long _weights;

    /// <summary>Weights of the tenants that have stores, added up.</summary>
    internal long Weights => Volatile.Read(ref _weights);

    /// <summary>Tenants that have stores.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _byName.Count;
            }
        }
    }

    /// <summary>The tenant of a new store.</summary>
    internal Tenant Enter(string? name)
    {
        string key = options.WithoutTenants ? "" : name ?? "";
        lock (_lock)
        {
            if (!_byName.TryGetValue(key, out var tenant))
            {
                tenant = new Tenant(key, options.TenantWeights.GetValueOrDefault(key, 1));
                _byName.Add(key, tenant);
                Volatile.Write(ref _weights, _weights + tenant.Weight);
            }

            tenant.Stores++;
            return tenant;
        }
    }

    /// <summary>One of its stores has ended.</summary>
    internal void Leave(Tenant tenant)
    {
        lock (_lock)
        {
            if (--tenant.Stores == 0)
            {
                _byName.Remove(tenant.Name);
                Volatile.Write(ref _weights, _weights - tenant.Weight);
            }
        }
    }
}
