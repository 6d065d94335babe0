using WasmActors.Benchmarks.Comparison.Fields;
using WasmActors.Benchmarks.Comparison.Grains;
using WasmActors.Benchmarks.Comparison.Load;
using WasmActors.Benchmarks.Comparison.Own;
using WasmActors.Benchmarks.Comparison.ProtoActors;
using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison.Rows;

/// <summary>Short calls beside guests that never return.</summary>
internal static class FairnessRow
{
    private const int Stores = 8;
    private const int Callers = 8;

    internal static Row Define() => new()
    {
        Name = "fairness",
        Title = "calls of `add` on 8 stores with 8 callers, while guests in other stores run endless loops",
        Reference = Peers.Own,
        Metrics = [Metric.Throughput, Metric.SlowestCaller, Metric.Median, Metric.Percentile99, Metric.Longest, Metric.GuestsRan],
        Contenders =
        [
            new(Peers.Own, "ExecutionMode.Preemptive for all stores; each endless guest is called once and cancelled at the end", static () => new FairnessTurns(new EndlessHostField(), Stores, Callers)),
            new(Peers.Proto, "an epoch tick of 1 ms interrupts the endless guest, by a trap; its actor calls it again by a message to itself, with a dispatcher that takes one message a turn and puts the actor at the end of the line", static () => new FairnessTurns(new ProtoField(Engine()), Stores, Callers)),
            new(Peers.Orleans, "an epoch tick of 1 ms interrupts the endless guest, by a trap; its caller yields and calls it again", static () => new FairnessTurns(new OrleansField(Engine()), Stores, Callers), ServerGc: true),
        ],
        Quick = Cases(1000),
        QuickRounds = 3,
        Full = Cases(5000),
        FullRounds = 5,
    };

    private static PeerEngine Engine() => new(Guests.Endless, PeerSettings.Epochs);

    private static Turn[] Cases(int milliseconds) =>
    [
        new() { Case = "no endless guest", Stores = Stores, Callers = Callers, Milliseconds = milliseconds / 5 },
        new() { Case = "100 endless guests", Stores = Stores, Callers = Callers, Guests = 100, Milliseconds = milliseconds },
        new() { Case = "1,000 endless guests", Stores = Stores, Callers = Callers, Guests = 1000, Milliseconds = milliseconds },
    ];
}
