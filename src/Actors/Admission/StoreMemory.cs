using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Limits;

namespace WasmActors.Actors.Admission;

/// <summary>What one store's memories take of its host. The first of it is free: stores begin small, most remain so, and what they touch shows in the
/// memory that is available.</summary>
internal sealed class StoreMemory(HostAdmission host, Tenant tenant) : MemoryAccount
{
    /// <summary>Bytes of each store that are not added up.</summary>
    internal const long FreeBytes = 2 << 20;

    private long _size;

    /// <summary>Bytes that the store would return to its host.</summary>
    internal long Granted => Beyond(Volatile.Read(ref _size));

    internal override void Take(long bytes)
    {
        long size = Interlocked.Add(ref _size, bytes);
        long granted = Beyond(size) - Beyond(size - bytes);
        host.Memory.Take(tenant, granted);
        if (granted < 0)
        {
            host.IdleMemory.Returned(-granted);
        }
    }

    internal override void Return(long bytes) => Take(-bytes);

    private protected override WasmError? Admit(long bytes)
    {
        long size = Interlocked.Add(ref _size, bytes);
        var refusal = host.TryGrow(tenant, Beyond(size) - Beyond(size - bytes));
        if (refusal is not null)
        {
            Interlocked.Add(ref _size, -bytes);
        }

        return refusal;
    }

    private static long Beyond(long size) => Math.Max(0, size - FreeBytes);
}
