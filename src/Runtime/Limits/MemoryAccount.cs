using WasmActors.Runtime.Failures;

namespace WasmActors.Runtime.Limits;

/// <summary>
/// Admits what the memories of one store take of a host: asked before a memory is made or grows, whoever makes it grow, and informed when one
/// is released. Only memories that this library makes ask: those of instances, and guests' heaps, on Linux with on-demand allocation.
/// </summary>
/// <remarks>Called by the thread that uses the store, in the middle of native code: it must be quick, and must not throw. A release may come from any
/// thread.</remarks>
internal abstract class MemoryAccount
{
    private WasmError? _refusal;

    /// <summary>Admits more bytes; if the answer is false, the memory is not made or does not grow.</summary>
    internal bool TryTake(long bytes)
    {
        if (bytes <= 0)
        {
            return true;
        }

        var refusal = Admit(bytes);
        if (refusal is not null)
        {
            Volatile.Write(ref _refusal, refusal);
        }

        return refusal is null;
    }

    /// <summary>Counts bytes without asking: they are there already.</summary>
    internal abstract void Take(long bytes);

    /// <summary>Bytes were released, or could not be had of the system after all.</summary>
    internal abstract void Return(long bytes);

    /// <summary>Returns the last rejection since this was asked for, and forgets it; null if there was none.</summary>
    internal WasmError? TakeRefusal() => _refusal is null ? null : Interlocked.Exchange(ref _refusal, null);

    /// <summary>Counts more bytes in. Returns null, or the error if there is no room.</summary>
    private protected abstract WasmError? Admit(long bytes);
}
