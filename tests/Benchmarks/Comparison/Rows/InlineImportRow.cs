using WasmActors.Benchmarks.Comparison.Fields;
using WasmActors.Benchmarks.Comparison.Grains;
using WasmActors.Benchmarks.Comparison.Load;
using WasmActors.Benchmarks.Comparison.Own;
using WasmActors.Benchmarks.Comparison.ProtoActors;
using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison.Rows;

/// <summary>A call that makes one import, answered at once by a delegate.</summary>
internal static class InlineImportRow
{
    private const int Most = 64;

    internal static Row Define() => new()
    {
        Name = "inline",
        Title = "calls that make one import, answered by a delegate",
        Reference = Peers.Own,
        Metrics = [Metric.Throughput, Metric.CpuPerCall, Metric.Median, Metric.Percentile99, Metric.Longest, Metric.BytesPerCall],
        Contenders =
        [
            new(Peers.Own, "default settings; the import is a typed delegate", static () => Turns(new HostField(Guests.AddByImport))),
            new(Peers.Lock, $"a lock for each store; the import is a typed delegate; {Peers.Typed}", static () => Turns(new LockField(Engine()))),
            new(Peers.Ask, "an actor for each store that echoes a number; no guest", static () => Turns(new AskField())),
            new(Peers.Proto, "as in the row call; the import is a typed delegate", static () => Turns(new ProtoField(Engine()))),
            new(Peers.Orleans, "as in the row call; the import is a typed delegate", static () => Turns(new OrleansField(Engine())), ServerGc: true),
        ],
        Quick = Cases(100),
        QuickRounds = 3,
        Full = Cases(500),
        FullRounds = 9,
    };

    private static PeerEngine Engine() => new(Guests.AddByImport, PeerSettings.Default);

    private static CallTurns Turns(IStoreField field) => new(field, Most, Most);

    private static Turn[] Cases(int milliseconds) =>
    [
        new() { Case = "1 store, 1 caller", Milliseconds = milliseconds },
        new() { Case = "64 stores, 64 callers", Stores = Most, Callers = Most, Milliseconds = milliseconds },
    ];
}
