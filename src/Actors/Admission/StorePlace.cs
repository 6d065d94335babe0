using WasmActors.Runtime.Failures;

namespace WasmActors.Actors.Admission;

/// <summary>A store's place among the live ones of its host. Its actor disposes it when it has ended for good, and leaves it while it is passive.</summary>
internal sealed class StorePlace(HostAdmission host, Tenant tenant) : IDisposable
{
    private int _disposed;
    private bool _isPassive;

    internal HostAdmission Host { get; } = host;

    internal Tenant Tenant { get; } = tenant;

    /// <summary>What the store's memories take.</summary>
    internal StoreMemory Memory { get; } = new(host, tenant);

    /// <summary>The store takes no room for now. In its actor's turn, as the next.</summary>
    internal void Rest()
    {
        _isPassive = true;
        Host.Leave(Tenant);
    }

    /// <summary>The store is about to take room again; the answer is null, or the refusal.</summary>
    internal WasmError? TryReturn()
    {
        if (_isPassive && Host.TryEnter(Tenant) is { } refusal)
        {
            return refusal;
        }

        _isPassive = false;
        return null;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            if (!_isPassive)
            {
                Host.Leave(Tenant);
            }

            Host.Ended(Tenant);
        }
    }
}
