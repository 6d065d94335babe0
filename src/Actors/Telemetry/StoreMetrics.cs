using System.Diagnostics.Metrics;
using WasmActors.Runtime.Telemetry;

namespace WasmActors.Actors.Telemetry;

/// <summary>The instruments of stores: of all hosts of the process together.</summary>
internal static class StoreMetrics
{
    private static readonly Counter<long> s_started = RuntimeTelemetry.Meter.CreateCounter<long>(
        "wasmactors.stores.started", "{store}", "Stores that were started.");

    private static readonly Counter<long> s_replaced = RuntimeTelemetry.Meter.CreateCounter<long>(
        "wasmactors.stores.replaced", "{store}", "Stores that broke or were interrupted, and were replaced by fresh ones.");

    private static readonly ObservableUpDownCounter<long> s_memory;
    private static long s_live;
    private static long s_bytes;

    static StoreMetrics()
    {
        RuntimeTelemetry.Meter.CreateObservableUpDownCounter(
            "wasmactors.stores.live", static () => Volatile.Read(ref s_live), "{store}", "Stores that live.");
        s_memory = RuntimeTelemetry.Meter.CreateObservableUpDownCounter(
            "wasmactors.guest.memory", static () => Volatile.Read(ref s_bytes), "By", "Length of the guests' exported memories, and of those that the host made.");
    }

    /// <summary>Whether anybody wants to know the size of guests' memories.</summary>
    internal static bool FollowsMemory => s_memory.Enabled;

    internal static void Started()
    {
        Interlocked.Increment(ref s_live);
        s_started.Add(1);
    }

    internal static void Replaced() => s_replaced.Add(1);

    internal static void Ended() => Interlocked.Decrement(ref s_live);

    /// <summary>A store's memories have changed by so many bytes.</summary>
    internal static void Resized(long bytes) => Interlocked.Add(ref s_bytes, bytes);
}
