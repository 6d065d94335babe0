using WasmActors.Benchmarks.Comparison.Fields;
using WasmActors.Benchmarks.Comparison.Grains;
using WasmActors.Benchmarks.Comparison.Load;
using WasmActors.Benchmarks.Comparison.Own;
using WasmActors.Benchmarks.Comparison.ProtoActors;
using WasmActors.Runtime.Modules;

namespace WasmActors.Benchmarks.Comparison.Rows;

/// <summary>From nothing to a store's first answer.</summary>
internal static class StartRow
{
    private const int Starts = 500;

    internal static Row Define() => new()
    {
        Name = "start",
        Title = "store, instance and first call, one after the other",
        Reference = Peers.Own,
        Metrics = [Metric.PerStart, Metric.CpuPerStart, Metric.BytesPerStart],
        Contenders =
        [
            new(Peers.Own, "pool of instances", static () => new StartTurns(new HostField(Guests.Add, AllocationStrategy.Pooling))),
            new("Wasmtime, pool", $"no actor; pool of instances; {Peers.Typed}", static () => new StartTurns(new LockField(Engine(PeerSettings.Pooled)))),
            new("Wasmtime, default", $"no actor; Wasmtime's default settings; {Peers.Typed}", static () => new StartTurns(new LockField(Engine(PeerSettings.Default)))),
            new(Peers.Proto, "pool of instances; otherwise as in the row call", static () => new StartTurns(new ProtoField(Engine(PeerSettings.Pooled)))),
            new(Peers.Orleans, "pool of instances; the grain is activated by its first call; otherwise as in the row call", static () => new StartTurns(new OrleansField(Engine(PeerSettings.Pooled))), ServerGc: true),
        ],
        Quick = [new() { Case = $"{Starts} starts", Bound = Starts }],
        QuickRounds = 5,
        Full = [new() { Case = $"{Starts} starts", Bound = Starts }],
        FullRounds = 21,
    };

    private static PeerEngine Engine(PeerSettings settings) => new(Guests.Add, settings);
}
