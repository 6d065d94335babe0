using System.Diagnostics;
using WasmActors.Actors.Handles;

namespace WasmActors.Benchmarks.Pausing;

/// <summary>One caller that calls a short function again and again, and what it sees.</summary>
/// <param name="PerSecond">Calls per second.</param>
/// <param name="P50">Median latency in microseconds.</param>
/// <param name="P99">99th percentile in microseconds.</param>
internal sealed record ShortCalls(double PerSecond, double P50, double P99)
{
    internal static async Task<ShortCalls> MeasureAsync(FuncRef add, TimeSpan length)
    {
        var samples = new List<long>(1 << 20);
        long start = Stopwatch.GetTimestamp();
        int calls = 0;
        while (Stopwatch.GetElapsedTime(start) < length)
        {
            long before = Stopwatch.GetTimestamp();
            if (await add.CallAsync<int, int, int>(calls, 1).ConfigureAwait(false) != calls + 1)
            {
                throw new InvalidOperationException("A short call came back wrong.");
            }

            calls++;
            if (samples.Count < samples.Capacity)
            {
                samples.Add(Stopwatch.GetTimestamp() - before);
            }
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        samples.Sort();
        return new ShortCalls(calls / seconds, Micros(samples[samples.Count / 2]), Micros(samples[(int)(samples.Count * 0.99)]));
    }

    private static double Micros(long ticks) => ticks * 1e6 / Stopwatch.Frequency;
}
