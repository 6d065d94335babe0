namespace WasmActors.Functions.Api;

/// <summary>What becomes of a stateless function's store after a call.</summary>
public enum StoreReuse
{
    /// <summary>It is stopped: each call has a fresh one, and no caller can see what another left.</summary>
    Never,

    /// <summary>It is kept for later calls until it has been idle: faster, for functions that are trusted with all
    /// their callers' data.</summary>
    UntilIdle,
}
