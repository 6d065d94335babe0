using System.Runtime.InteropServices;

namespace WasmActors.Functions.Api;

/// <summary>Where a call's time went on the node that executed it. Excludes the time between nodes.</summary>
/// <param name="Queue">Waiting for its turn: in its key's line, or for one of the stores that the function may
/// have.</param>
/// <param name="Start">Making the store and its instance, with fetching and compiling the module; zero where the store
/// was there.</param>
/// <param name="Run">The guest, its imports included, and waiting for a processor.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CallTiming(TimeSpan Queue, TimeSpan Start, TimeSpan Run)
{
    /// <summary>All three.</summary>
    public TimeSpan Total => Queue + Start + Run;
}
