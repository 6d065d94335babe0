using System.Diagnostics;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Stores;
using WasmActors.Benchmarks.Comparison.Rows;
using WasmActors.Benchmarks.Comparison.Turns;
using WasmActors.Benchmarks.Comparison.Work;
using WasmActors.Runtime.Calls;
using WasmActors.Runtime.Modules;
using WasmActors.Runtime.Stores;

namespace WasmActors.Benchmarks.Comparison.Own;

/// <summary>The CPU-bound guest in a store of a host.</summary>
internal sealed class HostWork(ExecutionMode mode) : ITurnTaker
{
    private WasmHost? _host;
    private FuncRef _work = null!;

    public async Task<Measurement> TakeAsync(Turn turn)
    {
        if (_host is null)
        {
            _host = await WasmHost.StartAsync(new WasmHostOptions { Cache = new ModuleCacheOptions { OnDisk = false } });
            var store = await _host.CreateStoreAsync(new StoreSpec { Options = new StoreOptions { Mode = mode } });
            _work = (await store.InstantiateAsync(await _host.LoadTextAsync(Guests.Work))).GetFunc("work");
        }

        long begin = Stopwatch.GetTimestamp();
        int result = await _work.CallAsync<int, int>(turn.Bound);
        var elapsed = Stopwatch.GetElapsedTime(begin);
        WorkGuest.Check(turn.Bound, result);
        return new Measurement { Values = { [Metric.Run.Key] = elapsed.TotalNanoseconds } };
    }

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;
}
