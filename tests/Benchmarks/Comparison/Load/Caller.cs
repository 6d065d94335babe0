using System.Diagnostics;

namespace WasmActors.Benchmarks.Comparison.Load;

/// <summary>One caller: calls, waits for the answer, checks it, calls the next of its stores.</summary>
internal sealed class Caller(IStoreField field, int number)
{
    // A caller whose calls are done at once lets others have its thread after so many.
    private const int CallsInARow = 64;

    internal LatencyHistogram Latencies { get; } = new();

    /// <summary>All calls.</summary>
    internal long Calls { get; private set; }

    /// <summary>Calls that were answered before the end of the load.</summary>
    internal long InTime { get; private set; }

    /// <summary>Calls until the end, or so many.</summary>
    /// <param name="window">Comes with the timestamps of the load's begin and end; the first call's time counts from the begin.</param>
    /// <param name="stores">Stores of the field.</param>
    /// <param name="step">Distance to the next store.</param>
    /// <param name="bound">Most calls.</param>
    internal async Task RunAsync(Task<(long Begin, long End)> window, int stores, int step, long bound)
    {
        var (before, end) = await window;
        int store = number % stores;
        int inARow = 0;
        for (int i = 0; i < bound; i++)
        {
            var answer = field.CallAsync(number, store, i, number);
            if (!answer.IsCompletedSuccessfully)
            {
                inARow = 0;
            }

            int result = await answer;
            long now = Stopwatch.GetTimestamp();
            Latencies.Add(now - before);
            Calls++;
            if (result != i + number)
            {
                throw new InvalidOperationException($"add({i}, {number}) gave {result}.");
            }

            if (now >= end)
            {
                return;
            }

            InTime++;
            store = (store + step) % stores;
            before = now;
            if (++inARow == CallsInARow)
            {
                inARow = 0;
                await Task.Yield();
                before = Stopwatch.GetTimestamp();
            }
        }
    }
}
