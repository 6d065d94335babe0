using WasmActors.Benchmarks.Comparison.Own;
using WasmActors.Benchmarks.Comparison.Parking;

namespace WasmActors.Benchmarks.Comparison.Rows;

/// <summary>Guests that wait in an import at the same time.</summary>
internal static class ParkedRow
{
    internal static Row Define() => new()
    {
        Name = "parked",
        Title = "guests that wait for an import's answer at the same time",
        Reference = Peers.Own,
        Metrics = [Metric.Reached, Metric.TimeEach, Metric.TimeToAll, Metric.MemoryEach, Metric.Release],
        Contenders =
        [
            new(Peers.Own, "a store in its actor for each guest; the import is answered by an async delegate that waits for one event", static () => new HostParking()),
            new(Peers.Threads, "raw Wasmtime; a thread with 256 KB of stack for each guest, blocked in the import until all are released", static () => new ThreadParking()),
        ],
        Quick = [new() { Case = "10,000 guests", Bound = 10_000, DeadlineSeconds = 60 }],
        QuickRounds = 1,
        Full = [new() { Case = "10,000 guests", Bound = 10_000, DeadlineSeconds = 60 }],
        FullRounds = 3,
        FreshProcesses = true,
    };
}
