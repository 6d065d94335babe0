using System.Diagnostics;
using WasmActors.Benchmarks.Comparison.Rows;
using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison.Load;

/// <summary>Turns of starts, one store after the other; stopping them is not timed.</summary>
internal sealed class StartTurns(IStoreField field) : ITurnTaker
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    public async Task<Measurement> TakeAsync(Turn turn)
    {
        await field.OpenAsync(turn.Bound, callers: 1);
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < turn.Bound; i++)
        {
            await StoreStart.RunAsync(field, caller: 0, i);
            if (Stopwatch.GetElapsedTime(begin) > s_deadline)
            {
                throw new TimeoutException($"{i + 1} of {turn.Bound} starts took {s_deadline.TotalSeconds} s.");
            }
        }

        var elapsed = Stopwatch.GetElapsedTime(begin);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        await field.StopAllAsync().WaitAsync(s_deadline);
        return new Measurement
        {
            Values =
            {
                [Metric.PerStart.Key] = elapsed.TotalNanoseconds / turn.Bound,
                [Metric.CpuPerStart.Key] = cpu.TotalNanoseconds / turn.Bound,
                [Metric.BytesPerStart.Key] = (double)bytes / turn.Bound,
            },
        };
    }

    public ValueTask DisposeAsync() => field.DisposeAsync();
}
