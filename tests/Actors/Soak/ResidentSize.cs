using System.Diagnostics;
using System.Globalization;

namespace WasmActors.Actors.Tests.Soak;

/// <summary>How much memory of the process lies in the machine's, over time.</summary>
internal static class ResidentSize
{
    private const string Status = "/proc/self/status";

    internal static bool IsKnown => File.Exists(Status);

    /// <summary>Samples it ten times a second, with the time since the start, until the time is over.</summary>
    internal static async Task<List<(TimeSpan At, long Bytes)>> SampleAsync(TimeSpan duration, Func<bool> stop)
    {
        var samples = new List<(TimeSpan, long)>();
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < duration && !stop())
        {
            samples.Add((watch.Elapsed, Read()));
            await Task.Delay(100);
        }

        return samples;
    }

    /// <summary>
    /// What is to be compared after the first part, the warm-up: from two minutes on the median of each minute, else the medians
    /// of the thirds of what is left after a quarter.
    /// </summary>
    internal static long[] Marks(List<(TimeSpan At, long Bytes)> samples, TimeSpan duration)
    {
        bool minutes = duration >= TimeSpan.FromMinutes(3);
        var begin = minutes ? TimeSpan.FromMinutes(1) : duration / 4;
        var part = minutes ? TimeSpan.FromMinutes(1) : (duration - begin) / 3;
        var marks = new List<long>();
        for (var from = begin; from + part <= duration + TimeSpan.FromMilliseconds(1); from += part)
        {
            long[] own = [.. samples.Where(s => s.At >= from && s.At < from + part).Select(s => s.Bytes).Order()];
            marks.Add(own[own.Length / 2]);
        }

        return [.. marks];
    }

    private static long Read()
    {
        string line = File.ReadLines(Status).First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
