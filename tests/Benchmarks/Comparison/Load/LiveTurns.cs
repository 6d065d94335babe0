using System.Diagnostics;
using WasmActors.Benchmarks.Comparison.Rows;
using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison.Load;

/// <summary>Many stores that are alive at the same time, all called once and, when all live, many of them once more.</summary>
internal sealed class LiveTurns(IStoreField field) : ITurnTaker
{
    private const int Starters = 16;
    private const int Few = 200;
    private const int BetweenLooks = 500;

    private int _next;
    private int _started;
    private string? _stop;

    public async Task<Measurement> TakeAsync(Turn turn)
    {
        await WarmUp.Quick.RunAsync(StartFewAsync, static () => Environment.CpuUsage.TotalTime);
        await field.OpenAsync(turn.Bound, Starters);
        var (memory, managed) = Memory();
        long begin = Stopwatch.GetTimestamp();
        var deadline = TimeSpan.FromSeconds(turn.DeadlineSeconds - 10);
        await Task.WhenAll(Enumerable.Range(0, Starters).Select(i => Task.Run(() => StartManyAsync(i, turn.Bound, begin, deadline)))).WaitAsync(deadline + TimeSpan.FromSeconds(5));
        var elapsed = Stopwatch.GetElapsedTime(begin);
        var (memoryAfter, managedAfter) = Memory();
        for (int i = 0; i < turn.Bound && _stop is null; i += 97)
        {
            await StoreStart.FirstCallAsync(field, caller: 0, i);
        }

        var measurement = new Measurement
        {
            Values =
            {
                [Metric.Reached.Key] = _started,
                [Metric.TimeEach.Key] = elapsed.TotalNanoseconds / _started,
                [Metric.MemoryEach.Key] = (double)(memoryAfter - memory) / _started,
                [Metric.ManagedEach.Key] = (double)(managedAfter - managed) / _started,
            },
            Remark = _stop is null ? null : $"{_started:N0} stores: {_stop}",
        };
        if (_stop is null)
        {
            measurement.Values[Metric.TimeToAll.Key] = elapsed.TotalNanoseconds;
        }

        return measurement;
    }

    // What many live stores leave behind goes with the process, which has this one turn.
    public ValueTask DisposeAsync()
    {
        Environment.Exit(0);
        return ValueTask.CompletedTask;
    }

    private async Task StartFewAsync()
    {
        await field.OpenAsync(Few, callers: 1);
        for (int i = 0; i < Few; i++)
        {
            await StoreStart.RunAsync(field, caller: 0, i);
        }

        await field.StopAllAsync();
    }

    private async Task StartManyAsync(int starter, int stores, long begin, TimeSpan deadline)
    {
        int store;
        while (Volatile.Read(ref _stop) is null && (store = Interlocked.Increment(ref _next) - 1) < stores)
        {
            if (store % BetweenLooks == 0 && (Mappings.AreScarce ? Mappings.Scarce : Stopwatch.GetElapsedTime(begin) > deadline ? "out of time" : null) is { } reason)
            {
                Volatile.Write(ref _stop, reason);
                return;
            }

            try
            {
                await StoreStart.RunAsync(field, starter, store);
                Interlocked.Increment(ref _started);
            }
            catch (Exception refused)
            {
                Volatile.Write(ref _stop, refused.Message.ReplaceLineEndings(" "));
            }
        }
    }

    private static (long Resident, long Managed) Memory()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return (Environment.WorkingSet, GC.GetTotalMemory(forceFullCollection: true));
    }
}
