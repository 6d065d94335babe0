using System.Diagnostics;
using WasmActors.Actors.Handles;
using WasmActors.Actors.Imports;
using WasmActors.Benchmarks.Comparison.Rows;
using WasmActors.Benchmarks.Comparison.Turns;
using WasmActors.Runtime.Modules;

namespace WasmActors.Benchmarks.Comparison.Own;

/// <summary>Many guests that wait in an import at the same time, answered by a delegate that waits for one event.</summary>
internal sealed class HostParking : ITurnTaker
{
    private static readonly TimeSpan s_waitTime = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _parked;

    public async Task<Measurement> TakeAsync(Turn turn)
    {
        await using var host = await WasmHost.StartAsync(new WasmHostOptions { Cache = new ModuleCacheOptions { OnDisk = false } });
        var module = await host.LoadTextAsync(Guests.AddByImport);
        var imports = new ImportMap().Serve(
            "env",
            "add",
            async (int a, int b) =>
            {
                Interlocked.Increment(ref _parked);
                await _release.Task;
                return a + b;
            },
            within: s_waitTime);

        // With stores and instances, as for the thread of each guest.
        GC.Collect();
        long memory = Environment.WorkingSet;
        long begin = Stopwatch.GetTimestamp();
        var calls = new Task<int>[turn.Bound];
        for (int i = 0; i < turn.Bound; i++)
        {
            var store = await host.CreateStoreAsync();
            calls[i] = (await store.InstantiateAsync(module, imports)).GetFunc("add").CallAsync<int, int, int>(i, 1).AsTask();
        }

        await AwaitAsync(() => Volatile.Read(ref _parked) == turn.Bound);
        var parked = Stopwatch.GetElapsedTime(begin);
        memory = Environment.WorkingSet - memory;
        begin = Stopwatch.GetTimestamp();
        _release.SetResult();
        int[] answers = await Task.WhenAll(calls).WaitAsync(s_waitTime);
        var released = Stopwatch.GetElapsedTime(begin);
        if (answers.Where(static (a, i) => a != i + 1).Any())
        {
            throw new InvalidOperationException("An answer was not its guest's own.");
        }

        return new Measurement
        {
            Values =
            {
                [Metric.Reached.Key] = turn.Bound,
                [Metric.TimeEach.Key] = parked.TotalNanoseconds / turn.Bound,
                [Metric.TimeToAll.Key] = parked.TotalNanoseconds,
                [Metric.MemoryEach.Key] = (double)memory / turn.Bound,
                [Metric.Release.Key] = released.TotalNanoseconds,
            },
        };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task AwaitAsync(Func<bool> condition)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(begin) > s_waitTime)
            {
                throw new TimeoutException("The guests did not get on.");
            }

            await Task.Delay(1);
        }
    }
}
