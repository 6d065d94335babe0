using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Interop.Abi;
using WasmActors.Runtime.Interop.Bridges;
using WasmActors.Runtime.Limits;

namespace WasmActors.Runtime.Stores;

/// <summary>Counts the memories that the host made in a store against the store's account. Wasmtime makes these itself: what a guest makes them grow shows
/// when the store is left, and what the host does is admitted before.</summary>
internal sealed class HostMemories(WasmStore store, MemoryAccount account)
{
    private readonly List<NativeItem> _memories = [];
    private long _counted;

    /// <summary>Admits bytes of a memory that is about to be made or to grow.</summary>
    /// <exception cref="WasmError"><c>host.full</c></exception>
    internal void Admit(long bytes)
    {
        if (!account.TryTake(bytes))
        {
            throw account.TakeRefusal()!;
        }

        _counted += bytes;
    }

    /// <summary>Adds a memory that was made.</summary>
    internal void Add(NativeItem memory) => _memories.Add(memory);

    /// <summary>Whether a memory is one of these.</summary>
    internal bool Has(NativeItem memory) => _memories.Contains(memory);

    /// <summary>Counts them at their size; the store must have been entered.</summary>
    internal void Count()
    {
        long size = 0;
        foreach (var memory in _memories)
        {
            size += MemoryBridge.Length(store, memory);
        }

        if (size > _counted)
        {
            account.Take(size - _counted);
        }
        else if (size < _counted)
        {
            account.Return(_counted - size); // admitted, and then not to be had
        }

        _counted = size;
    }

    /// <summary>The store has been disposed.</summary>
    internal void Return()
    {
        account.Return(_counted);
        _counted = 0;
    }
}
