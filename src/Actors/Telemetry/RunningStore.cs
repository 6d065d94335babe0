using WasmActors.Actors.Imports;
using WasmActors.Actors.Stores;

namespace WasmActors.Actors.Telemetry;

/// <summary>On behalf of which store and call code runs: host functions within a guest's step, and delegates that answer imports.</summary>
internal sealed record RunningStore(StoreCell Cell, long Call)
{
    private static readonly AsyncLocal<RunningStore?> s_step = new();

    /// <summary>Whether anybody asks; once somebody did, for ever. Until then nothing is set for host functions.</summary>
    internal static bool IsWanted { get; set; }

    /// <summary>That of the code that runs now; null where it runs for none.</summary>
    internal static RunningStore? Current => s_step.Value ?? (ServedContext.Current is { Chain: var chain } ? new RunningStore(chain.Cell, chain.Call) : null);

    /// <summary>Sets it for what runs until the surrounding <see cref="Flow"/> ends.</summary>
    internal static void Set(RunningStore store) => s_step.Value = store;
}
