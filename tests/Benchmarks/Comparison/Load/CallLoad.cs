using System.Diagnostics;
using WasmActors.Benchmarks.Comparison.Rows;
using WasmActors.Benchmarks.Comparison.Turns;

namespace WasmActors.Benchmarks.Comparison.Load;

/// <summary>So many callers against so many stores, for so long.</summary>
internal static class CallLoad
{
    private static readonly TimeSpan s_overtime = TimeSpan.FromSeconds(40);

    /// <summary>Runs the load of a turn on a field that has been opened and whose stores are started.</summary>
    /// <param name="field">The field.</param>
    /// <param name="turn">Stores, callers, length and bound.</param>
    /// <param name="atEnd">Done when the time of the load is over, while calls may still be under way.</param>
    internal static async Task<Measurement> RunAsync(IStoreField field, Turn turn, Action? atEnd = null)
    {
        var begin = new TaskCompletionSource<(long, long)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var callers = Enumerable.Range(0, turn.Callers).Select(i => new Caller(field, i)).ToArray();
        var done = Task.WhenAll(callers.Select(caller => caller.RunAsync(begin.Task, turn.Stores, turn.Callers, turn.Bound / turn.Callers)));

        GC.Collect();
        var window = TimeSpan.FromMilliseconds(turn.Milliseconds);
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        begin.SetResult((start, start + (long)(window.TotalSeconds * Stopwatch.Frequency)));
        using var end = atEnd is null ? null : new LoadEnd(window, atEnd);
        await done.WaitAsync(window + s_overtime);
        var elapsed = Stopwatch.GetElapsedTime(start);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;

        var latencies = new LatencyHistogram();
        foreach (var caller in callers)
        {
            latencies.Add(caller.Latencies);
        }

        double calls = callers.Sum(static c => c.Calls);
        double tick = 1e9 / Stopwatch.Frequency;
        return new Measurement
        {
            Values =
            {
                [Metric.Throughput.Key] = callers.Sum(static c => c.InTime) / Math.Min(window.TotalSeconds, elapsed.TotalSeconds),
                [Metric.SlowestCaller.Key] = callers.Min(static c => c.InTime) / window.TotalSeconds,
                [Metric.CpuPerCall.Key] = cpu.TotalNanoseconds / calls,
                [Metric.Median.Key] = latencies.Percentile(0.5) * tick,
                [Metric.Percentile99.Key] = latencies.Percentile(0.99) * tick,
                [Metric.Longest.Key] = latencies.Longest * tick,
                [Metric.BytesPerCall.Key] = Math.Max(0, bytes) / calls,
            },
        };
    }
}
