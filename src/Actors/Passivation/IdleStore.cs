using System.Runtime.InteropServices;
using WasmActors.Actors.Stores;

namespace WasmActors.Actors.Passivation;

/// <summary>What is known of a store that may be passivated: how much it had done when it was last looked at, and since when that has not changed.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct IdleStore(StoreCell cell, TimeSpan after, long since)
{
    private long _begun;

    /// <summary>The store.</summary>
    internal StoreCell Cell { get; } = cell;

    /// <summary>How long it may be idle; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</summary>
    internal TimeSpan After { get; } = after;

    /// <summary>Timestamp since which it has been idle, not later than a look ago.</summary>
    internal long Since { get; private set; } = since;

    /// <summary>Commands that it had begun by then.</summary>
    internal readonly long Begun => _begun;

    /// <summary>Looks at it; true when it is alive and idle at this moment.</summary>
    internal bool Look(long now)
    {
        if (Cell.Live is not { IsPassive: false } store)
        {
            Since = now; // idle from its first moment on, once it is there
            return false;
        }

        long begun = store.Begun;
        bool idle = !store.IsAtWork && Cell.Waiting == 0;
        if (!idle || begun != _begun)
        {
            _begun = begun;
            Since = now;
        }

        return idle;
    }
}
