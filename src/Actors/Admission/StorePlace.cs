namespace WasmActors.Actors.Admission;

/// <summary>A store's place among the live ones of its host. Its actor disposes it when it has ended for good.</summary>
internal sealed class StorePlace(HostAdmission host, Tenant tenant) : IDisposable
{
    private int _disposed;

    internal HostAdmission Host { get; } = host;

    internal Tenant Tenant { get; } = tenant;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Host.Ended(Tenant);
        }
    }
}
