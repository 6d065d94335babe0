using WasmActors.Runtime.Stores;

namespace WasmActors.Actors.Stores;

/// <summary>What a store's actor is started with.</summary>
public sealed record StoreSpec
{
    /// <summary>Limits, WASI and data of the store.</summary>
    public StoreOptions Options { get; init; } = new();

    /// <summary>What becomes of the store after a guest was interrupted in the middle of a call. Default <see cref="InterruptPolicy.Replace"/>.</summary>
    public InterruptPolicy AfterInterrupt { get; init; } = InterruptPolicy.Replace;

    /// <summary>Whose store it is: tenants share the host's processors and its places for waiting requests by their weights
    /// (<see cref="Admission.AdmissionOptions"/>). 1 to 64 characters; default null: of none, and all of those together count as one.</summary>
    public string? Tenant { get; init; }

    /// <summary>Most requests that may wait for the store, by handle or as messages, 1 or more. Default 10,000; one more is refused with
    /// <c>call.busy</c>.</summary>
    public int QueueLimit { get; init; } = 10_000;
}
