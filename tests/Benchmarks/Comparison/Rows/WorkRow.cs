using WasmActors.Benchmarks.Comparison.Own;
using WasmActors.Benchmarks.Comparison.Work;
using WasmActors.Runtime.Calls;

namespace WasmActors.Benchmarks.Comparison.Rows;

/// <summary>A guest that computes for about a second.</summary>
internal static class WorkRow
{
    private const int Rounds = 240;

    internal static Row Define() => new()
    {
        Name = "work",
        Title = "one call that computes: sieve, matrix product and hash",
        Reference = "Wasmtime",
        Metrics = [Metric.Run],
        GuestsCompute = true,
        Contenders =
        [
            new("Wasmtime", "called on one thread; guests cannot be interrupted", static () => new RawWork(epochs: false)),
            new("Wasmtime, epochs", "the same with epoch checks, so that guests could be interrupted", static () => new RawWork(epochs: true)),
            new("WasmActors, direct", "ExecutionMode.Direct", static () => new HostWork(ExecutionMode.Direct)),
            new("WasmActors, preemptive", "ExecutionMode.Preemptive: in time slices", static () => new HostWork(ExecutionMode.Preemptive)),
        ],
        Quick = [new() { Case = $"{Rounds / 4} rounds", Bound = Rounds / 4 }],
        QuickRounds = 5,
        Full = [new() { Case = $"{Rounds} rounds", Bound = Rounds }],
        FullRounds = 15,
    };
}
