using WasmActors.Actors.Handles;

namespace WasmActors.Actors.Messages;

/// <summary>
/// What becomes of stores, on the actor system's <c>EventStream</c>: subscribe an actor to one of the records, or to
/// <see cref="StoreEvent"/> for all. They stay within the process.
/// </summary>
public static class StoreEvents
{
    /// <summary>Something happened to a store.</summary>
    /// <param name="Store">The store; gone already where it was stopped.</param>
    /// <param name="Generation">How often it had been made, 1 unless it was replaced.</param>
    public abstract record StoreEvent(StoreRef Store, int Generation);

    /// <summary>A store was started.</summary>
    public sealed record StoreStarted(StoreRef Store, int Generation) : StoreEvent(Store, Generation);

    /// <summary>A guest trapped or was interrupted. At most ten a second for each store are told.</summary>
    /// <param name="Store">The store.</param>
    /// <param name="Generation">How often it had been made.</param>
    /// <param name="Failure">The trap; its text is bounded and escaped.</param>
    /// <param name="Untold">How many traps of this store before it were not told.</param>
    public sealed record StoreTrapped(StoreRef Store, int Generation, WasmFailure Failure, long Untold) : StoreEvent(Store, Generation);

    /// <summary>A store broke or its guest was interrupted, and a fresh one has taken its place under the same
    /// handle.</summary>
    /// <param name="Store">The store.</param>
    /// <param name="Generation">How often it has been made now.</param>
    /// <param name="Reason">Why, in short: a failure's code, or the type of an exception.</param>
    public sealed record StoreReplaced(StoreRef Store, int Generation, string Reason) : StoreEvent(Store, Generation);

    /// <summary>A store has gone: it was stopped, ended by its policy, or could not be made again.</summary>
    /// <param name="Store">The store.</param>
    /// <param name="Generation">How often it had been made.</param>
    /// <param name="Reason">Why; bounded and escaped.</param>
    public sealed record StoreStopped(StoreRef Store, int Generation, string Reason) : StoreEvent(Store, Generation);
}
