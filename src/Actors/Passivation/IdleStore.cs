using System.Runtime.InteropServices;

namespace WasmActors.Actors.Passivation;

/// <summary>Remembers how much a store that may be passivated had done at the last look, and since when that has not
/// changed.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct IdleStore(IPassivatable store, TimeSpan after, long since)
{
    private long _begun;

    /// <summary>The store.</summary>
    internal IPassivatable Store { get; } = store;

    /// <summary>How long it may be idle; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</summary>
    internal TimeSpan After { get; } = after;

    /// <summary>Timestamp since which it has been idle, at most one look too late.</summary>
    internal long Since { get; private set; } = since;

    /// <summary>Commands that it had started by then.</summary>
    internal readonly long Begun => _begun;

    /// <summary>Looks at the store. Returns true if it is open and idle at this moment.</summary>
    internal bool Look(long now)
    {
        if (!Store.TryReadActivity(out long begun, out bool isIdle))
        {
            Since = now; // idle from its first moment on, once it is open
            return false;
        }

        if (!isIdle || begun != _begun)
        {
            _begun = begun;
            Since = now;
        }

        return isIdle;
    }
}
