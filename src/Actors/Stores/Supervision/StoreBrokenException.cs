namespace WasmActors.Actors.Stores.Supervision;

/// <summary>Tells the supervisor that a store cannot go on and that everybody who waited for it has been
/// answered.</summary>
internal sealed class StoreBrokenException(string message, Exception? cause) : Exception(message, cause);
