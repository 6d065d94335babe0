namespace WasmActors.Runtime.Failures;

/// <summary>Where the failure of a call arose. A code alone does not say it: an import that the guest called may have failed with a code
/// of another store's.</summary>
public enum FailureOrigin
{
    /// <summary>In the call's own store: the call was not admitted, its guest trapped or was interrupted, or the store ended.</summary>
    Store,

    /// <summary>In an import that the guest called. The guest has run; its store is as usable as before.</summary>
    Import,
}
