using WasmActors.Benchmarks.Comparison.Fields;
using WasmActors.Benchmarks.Comparison.Load;
using WasmActors.Benchmarks.Comparison.Own;
using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison.Rows;

/// <summary>A call that makes one import, answered by a message of an actor.</summary>
internal static class ServedImportRow
{
    private const int Most = 64;

    internal static Row Define() => new()
    {
        Name = "served",
        Title = "calls that make one import, answered by an actor",
        Reference = Peers.Own,
        Metrics = [Metric.Throughput, Metric.CpuPerCall, Metric.Median, Metric.Percentile99, Metric.Longest, Metric.BytesPerCall],
        Contenders =
        [
            new(Peers.Own, "a store in its actor for each guest; an actor answers the import by message, and the guest waits without a thread", static () => new CallTurns(new ServedHostField(), Most, Most)),
            new(Peers.Ask, "an actor for each store that echoes a number; no guest, no import", static () => new CallTurns(new AskField(), Most, Most)),
            new(Peers.Threads, $"a thread for each store; its import asks an Akka actor and keeps the thread until the answer; {Peers.Typed}", static () => new CallTurns(new ThreadField(), Most, Most)),
        ],
        Quick = Cases(150),
        QuickRounds = 3,
        Full = Cases(500),
        FullRounds = 9,
    };

    private static Turn[] Cases(int milliseconds) =>
    [
        new() { Case = "1 store, 1 caller", Milliseconds = milliseconds },
        new() { Case = "64 stores, 64 callers", Stores = Most, Callers = Most, Milliseconds = milliseconds },
    ];
}
