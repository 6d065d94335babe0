using System.Diagnostics;
using System.Globalization;
using Serilog.Core;
using WasmActors.Functions.State;
using WasmActors.Functions.State.Commits;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Commits;

/// <summary>Commits as fast as they are answered.</summary>
internal static class CommitLoad
{
    /// <summary>Runs callers in a closed loop and reports.</summary>
    /// <param name="name">What is measured.</param>
    /// <param name="store">The states.</param>
    /// <param name="keys">Keys that the callers share.</param>
    /// <param name="callers">Commits under way.</param>
    /// <param name="bytes">Bytes of each delta.</param>
    /// <param name="length">How long.</param>
    /// <returns>Commits per second.</returns>
    internal static async Task<double> RunAsync(string name, IStateStore store, int keys, int callers, int bytes, TimeSpan length)
    {
        var line = new CommitLine(store, Logger.None);
        await using var _ = line.ConfigureAwait(false);
        string function = $"load-{Guid.NewGuid():N}";
        var all = Enumerable.Range(0, keys).Select(k => new Key(function, $"{k}", bytes)).ToArray();
        long warm = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 2);
        await CallAsync(line, all, callers, warm).ConfigureAwait(false);

        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        long began = Stopwatch.GetTimestamp();
        double[] waits = await CallAsync(line, all, callers, began + (long)(length.TotalSeconds * Stopwatch.Frequency)).ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        double used = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalMicroseconds;
        Array.Sort(waits);
        double rate = waits.Length / seconds;
        ScenarioRun.Tell(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-18} {keys,3} keys {callers,5} callers {bytes,4} B: {rate,8:n0} commits/s, p50 {waits[waits.Length / 2]:f2} ms, p99 {waits[(int)(waits.Length * .99)]:f2} ms, {used / waits.Length:f1} µs of processor each"));
        return rate;
    }

    private static async Task<double[]> CallAsync(CommitLine line, Key[] keys, int callers, long until)
    {
        var waits = await Task.WhenAll(Enumerable.Range(0, callers).Select(i => Task.Run(async () =>
        {
            var own = new List<double>();
            while (Stopwatch.GetTimestamp() < until)
            {
                long began = Stopwatch.GetTimestamp();
                if (await keys[i % keys.Length].CommitAsync(line).ConfigureAwait(false) != CommitOutcome.Committed)
                {
                    throw new InvalidOperationException("A commit was fenced.");
                }

                own.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            return own;
        }))).ConfigureAwait(false);
        return [.. waits.SelectMany(static w => w)];
    }

    private sealed class Key(string function, string name, int bytes)
    {
        private readonly Lock _lock = new();
        private readonly long _id = StateId.New(function, name);
        private readonly byte[] _delta = new byte[bytes];
        private long _sequence;

        internal ValueTask<CommitOutcome> CommitAsync(CommitLine line)
        {
            lock (_lock)
            {
                return line.CommitAsync(new StateCommit(_id, function, name, new string('d', 64), 1, ++_sequence, _delta));
            }
        }
    }
}
