namespace WasmActors.Actors.Admission;

/// <summary>
/// How many requests wait in a whole host, and how many of those are whose. A tenant may have as many in line as there are free places,
/// times its weight: so one that floods the host leaves places for others, each of whom finds room at once.
/// </summary>
/// <remarks>A tenant alone fills half of the places, two alike a third each. Used from any thread, without a lock: a few
/// may come in at the same moment beyond the bound.</remarks>
internal sealed class WaitingLine
{
    private long _total;
    private long _weights;

    /// <summary>Requests that wait.</summary>
    internal long Total => Volatile.Read(ref _total);

    /// <summary>Counts a tenant's request in, unless it has its share of the places.</summary>
    internal bool TryEnter(Tenant tenant, long places)
    {
        if (tenant.Waiting >= Math.Max(0, places - Total) * tenant.Weight)
        {
            return false;
        }

        Enter(tenant);
        return true;
    }

    /// <summary>Counts one in, however many wait.</summary>
    internal void Enter(Tenant tenant)
    {
        if (tenant.Add(1) == 1)
        {
            Interlocked.Add(ref _weights, tenant.Weight);
        }

        Interlocked.Increment(ref _total);
    }

    /// <summary>Counts one out.</summary>
    internal void Leave(Tenant tenant)
    {
        if (tenant.Add(-1) == 0)
        {
            Interlocked.Add(ref _weights, -tenant.Weight);
        }

        Interlocked.Decrement(ref _total);
    }

    /// <summary>The part of the host's processors that a tenant gets while it and those that wait now all want more: 0 to 1.</summary>
    internal double ShareOf(Tenant tenant) => tenant.Weight / (double)Math.Max(tenant.Weight, Volatile.Read(ref _weights) + (tenant.Waiting > 0 ? 0 : tenant.Weight));
}
