using WasmActors.Benchmarks.Comparison.Fields;
using WasmActors.Benchmarks.Comparison.Grains;
using WasmActors.Benchmarks.Comparison.Load;
using WasmActors.Benchmarks.Comparison.Own;
using WasmActors.Benchmarks.Comparison.ProtoActors;

namespace WasmActors.Benchmarks.Comparison.Rows;

/// <summary>Many stores that are alive at the same time.</summary>
internal static class LiveRow
{
    internal static Row Define() => new()
    {
        Name = "live",
        Title = "live stores, each with an instance that has a memory of one page and was called",
        Reference = Peers.Own,
        Metrics = [Metric.Reached, Metric.TimeEach, Metric.TimeToAll, Metric.MemoryEach, Metric.ManagedEach],
        Contenders =
        [
            new(Peers.Own, "EngineSettings.ReserveMemory = false; 16 starts at a time", static () => new LiveTurns(new HostField(Guests.Add, reserveMemory: false))),
            new("Wasmtime, default", "no actor; Wasmtime's default settings", static () => new LiveTurns(new LockField(Engine(PeerSettings.Default)))),
            new("Wasmtime, no reservation", "no actor; memories without reserved addresses and guards", static () => new LiveTurns(new LockField(Engine(PeerSettings.ManyStores)))),
            new(Peers.Proto, "memories without reserved addresses and guards; 16 starts at a time", static () => new LiveTurns(new ProtoField(Engine(PeerSettings.ManyStores)))),
            new(Peers.Orleans, "memories without reserved addresses and guards; 16 starts at a time", static () => new LiveTurns(new OrleansField(Engine(PeerSettings.ManyStores)))),
        ],
        Quick = [new() { Case = "10,000 stores", Bound = 10_000, DeadlineSeconds = 40 }],
        QuickRounds = 1,
        Full = [new() { Case = "100,000 stores", Bound = 100_000, DeadlineSeconds = 120 }],
        FullRounds = 1,
        FreshProcesses = true,
    };

    private static PeerEngine Engine(PeerSettings settings) => new(Guests.Add, settings);
}
