using Akka.Actor;

namespace WasmActors.Actors.Stores;

/// <summary>Asks a store's actor to look whether a call under way was cancelled or has outlived its deadline, or that
/// of its import.</summary>
internal sealed class Attend : INoSerializationVerificationNeeded
{
    private Attend()
    {
    }

    internal static Attend Instance { get; } = new();
}
