using WasmActors.Runtime.Failures;
using WasmActors.Runtime.Imports;

namespace WasmActors.Runtime.Wasi;

/// <summary>A guest that waits in a WASI function: for a time, for standard input, or for the first of both.</summary>
internal abstract class WasiWait
{
    /// <summary>How often somebody who waits looks up: whether the call is to end, and for what gives no sign.</summary>
    internal static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    /// <summary>Timestamp of the engine's clock from which on it is worth looking again; in the past for a guest that need not wait.</summary>
    internal abstract long Due { get; }

    /// <summary>Whether the guest need not wait any longer. Looks only.</summary>
    internal abstract bool IsOver { get; }

    /// <summary>Ends the wait: writes what the guest gets.</summary>
    /// <returns>The function's result, a WASI errno.</returns>
    /// <exception cref="Trap">A pointer is out of bounds.</exception>
    internal abstract int End(WasmCaller caller);

    /// <summary>A wait that is over, with its result.</summary>
    internal static WasiWait Over(int errno) => new Done(errno);

    /// <summary>Holds this thread until the wait is over, and ends it.</summary>
    /// <exception cref="Trap">The call's deadline came first, or the call was cancelled.</exception>
    internal int Hold(WasmCaller caller)
    {
        var store = caller.Store;
        while (true)
        {
            if (store.CheckInterrupt() is { } interrupted)
            {
                throw interrupted;
            }

            if (IsOver)
            {
                return End(caller);
            }

            Pause(Look);
        }
    }

    /// <summary>Holds this thread until the wait may be over, at most for a time.</summary>
    private protected abstract void Pause(TimeSpan longest);

    private sealed class Done(int errno) : WasiWait
    {
        internal override long Due => long.MinValue;

        internal override bool IsOver => true;

        internal override int End(WasmCaller caller) => errno;

        private protected override void Pause(TimeSpan longest)
        {
            // Never: it is over.
        }
    }
}
