namespace WasmActors.Functions.Conventions;

/// <summary>How far the calls of a session have come, one after the other. It decides whether a failed call may have run.</summary>
internal sealed class CallProgress
{
    /// <summary>Whether the function itself was called.</summary>
    internal bool HasBegun { get; private set; }

    /// <summary>Whether the function itself has returned.</summary>
    internal bool HasReturned { get; private set; }

    /// <summary>Starts over for the next call.</summary>
    internal void Reset() => (HasBegun, HasReturned) = (false, false);

    /// <summary>Marks that the function itself is called now, as opposed to its helpers.</summary>
    internal void Begin() => HasBegun = true;

    /// <summary>Marks that the function itself has returned.</summary>
    internal void Return() => HasReturned = true;
}
