using System.Diagnostics;
using System.Globalization;

namespace WasmActors.Resilience.Measuring;

/// <summary>Times of calls, from any thread: all of them up to a number, then none.</summary>
internal sealed class Latencies(int most = 1 << 19)
{
    // Touched at once: its own growth is not to be taken for that of what is measured.
    private readonly long[] _times = [.. Enumerable.Repeat(-1L, most)];
    private int _count;

    internal int Count => Math.Min(Volatile.Read(ref _count), _times.Length);

    internal double P50 => Percentile(0.5);

    internal double P99 => Percentile(0.99);

    internal double Longest => Percentile(1);

    /// <summary>All times together.</summary>
    internal TimeSpan Total => Stopwatch.GetElapsedTime(0, _times.AsSpan(0, Count).ToArray().Sum());

    /// <summary>Adds a time in the unit of <see cref="Stopwatch"/>.</summary>
    internal void Add(long time)
    {
        int index = Interlocked.Increment(ref _count) - 1;
        if (index < _times.Length)
        {
            _times[index] = time;
        }
        else
        {
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Adds the time since a timestamp.</summary>
    internal void AddSince(long timestamp) => Add(Stopwatch.GetTimestamp() - timestamp);

    /// <summary>The time in milliseconds that the given part of all times does not exceed; 0 when there are none.</summary>
    internal double Percentile(double part)
    {
        int count = Count;
        if (count == 0)
        {
            return 0;
        }

        long[] sorted = _times[..count];
        Array.Sort(sorted);
        return sorted[Math.Clamp((int)Math.Ceiling(part * count) - 1, 0, count - 1)] * 1000.0 / Stopwatch.Frequency;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Count:n0} calls, median {P50:f3} ms, 99th percentile {P99:f3} ms, longest {Longest:f1} ms");
}
