using System.Diagnostics;
using Wasmtime;
using WasmActors.Benchmarks.Comparison.Rows;
using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison.Work;

/// <summary>The CPU-bound guest in raw Wasmtime, with or without the checks that let a guest be interrupted.</summary>
internal sealed class RawWork : ITurnTaker
{
    private readonly Engine _engine;
    private readonly Module _module;
    private readonly Store _store;
    private readonly Func<int, int> _work;

    internal RawWork(bool epochs)
    {
        _engine = new Engine(new Config().WithEpochInterruption(epochs));
        _module = Module.FromText(_engine, "work", Guests.Work);
        _store = new Store(_engine);
        if (epochs)
        {
            _store.SetEpochDeadline(1UL << 40);
        }

        using var linker = new Linker(_engine);
        _work = linker.Instantiate(_store, _module).GetFunction<int, int>("work")!;
    }

    public Task<Measurement> TakeAsync(Turn turn)
    {
        long begin = Stopwatch.GetTimestamp();
        int result = _work(turn.Bound);
        var elapsed = Stopwatch.GetElapsedTime(begin);
        WorkGuest.Check(turn.Bound, result);
        return Task.FromResult(new Measurement { Values = { [Metric.Run.Key] = elapsed.TotalNanoseconds } });
    }

    public ValueTask DisposeAsync()
    {
        _store.Dispose();
        _module.Dispose();
        _engine.Dispose();
        return ValueTask.CompletedTask;
    }
}
