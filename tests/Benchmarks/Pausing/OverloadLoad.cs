using System.Diagnostics;
using WasmActors.Actors.Admission;
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Failures;

namespace WasmActors.Benchmarks.Pausing;

/// <summary>
/// Ten times more calls than the host can carry out: how soon the others are refused, what becomes of those that were taken, and how soon
/// all is as before. Once with the host's bounds and once without, in turn. Calls have two seconds, and later answers count for nothing.
/// </summary>
internal static class OverloadLoad
{
    private const int Stores = 32;
    private const int Times = 10;
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(2);

    internal static async Task<bool> RunAsync(PauseOptions options)
    {
        bool right = true;
        foreach (bool bounded in new[] { true, false })
        {
            right &= await RunOnceAsync(options, bounded).ConfigureAwait(false);
        }

        return right;
    }

    private static async Task<bool> RunOnceAsync(PauseOptions options, bool bounded)
    {
        await using var host = await options.StartHostAsync(admission: new AdmissionOptions { WithoutBounds = !bounded }).ConfigureAwait(false);
        var module = await host.LoadTextAsync(PauseGuests.Working).ConfigureAwait(false);
        var work = new FuncRef[Stores];
        for (int i = 0; i < Stores; i++)
        {
            work[i] = (await (await host.CreateStoreAsync().ConfigureAwait(false)).InstantiateAsync(module).ConfigureAwait(false)).GetFunc("work");
        }

        await PeakAsync(work, TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        double peak = await PeakAsync(work, TimeSpan.FromSeconds(options.Quick ? 3 : 10)).ConfigureAwait(false);
        double alone = await MedianAsync(work[0]).ConfigureAwait(false);
        var length = options.Length(60, 10);
        var flood = new Flood(work, peak * Times, s_within);
        await Task.Factory.StartNew(() => flood.Run(length), TaskCreationOptions.LongRunning).ConfigureAwait(false);
        await Task.Delay(s_within).ConfigureAwait(false);
        double after = await MedianAsync(work[0]).ConfigureAwait(false);
        await flood.AnsweredAsync().ConfigureAwait(false);

        double goodput = flood.InTime / length.TotalSeconds;
        Console.WriteLine($"   {(bounded ? "with" : "WITHOUT")} bounds: peak {peak:n0} calls/s, offered {flood.Sent / length.TotalSeconds:n0}/s, refused {flood.Refused / length.TotalSeconds:n0}/s, late {flood.Late / length.TotalSeconds:n0}/s");
        PauseOptions.Tell("99.9th percentile of a refusal", $"{flood.RefusalP999:f3} ms", "at most 10 ms", flood.RefusalP999 <= 10);
        PauseOptions.Tell("answered in time against the peak", $"{goodput / peak:f2}", "at least 0.9", goodput >= 0.9 * peak);
        PauseOptions.Tell("a call two seconds later against before", $"{after / alone:f2}", "at most 2", after <= 2 * alone);
        return flood.Wrong == 0;
    }

    // As many callers as keep all processors busy, each waiting for its answer.
    private static async Task<double> PeakAsync(FuncRef[] work, TimeSpan length)
    {
        long start = Stopwatch.GetTimestamp();
        long[] counts = await Task.WhenAll(work.Take(Environment.ProcessorCount * 2).Select(f => Task.Run(async () =>
        {
            long calls = 0;
            while (Stopwatch.GetElapsedTime(start) < length)
            {
                await f.CallAsync<int, int>(1).ConfigureAwait(false);
                calls++;
            }

            return calls;
        }))).ConfigureAwait(false);
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> MedianAsync(FuncRef work)
    {
        var times = new List<double>();
        for (int i = 0; i < 200; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await work.CallAsync<int, int>(1).ConfigureAwait(false);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times.Order().ElementAt(times.Count / 2);
    }

    /// <summary>Sends calls at a rate, whatever becomes of them.</summary>
    private sealed class Flood(FuncRef[] work, double perSecond, TimeSpan within)
    {
        private readonly List<double> _refusals = [];
        private long _open;
        private long _inTime;
        private long _late;
        private long _wrong;

        internal long Sent { get; private set; }

        internal long Refused { get; private set; }

        internal long InTime => Volatile.Read(ref _inTime);

        internal long Late => Volatile.Read(ref _late);

        internal long Wrong => Volatile.Read(ref _wrong);

        internal double RefusalP999 => _refusals.Count == 0 ? 0 : _refusals.Order().ElementAt((int)(_refusals.Count * 0.999));

        internal void Run(TimeSpan length)
        {
            long start = Stopwatch.GetTimestamp();
            for (TimeSpan now; (now = Stopwatch.GetElapsedTime(start)) < length;)
            {
                for (long due = (long)(now.TotalSeconds * perSecond); Sent < due; Sent++)
                {
                    Send(work[Sent % work.Length]);
                }

                Thread.Sleep(1);
            }
        }

        internal async Task AnsweredAsync()
        {
            while (Volatile.Read(ref _open) > 0)
            {
                await Task.Delay(10).ConfigureAwait(false);
            }
        }

        private void Send(FuncRef function)
        {
            long before = Stopwatch.GetTimestamp();
            var call = function.CallAsync<int, int>(1, within);
            if (call.IsFaulted)
            {
                _refusals.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
                Refused++;
                _ = call.AsTask().Exception; // seen
            }
            else
            {
                Interlocked.Increment(ref _open);
                _ = AwaitAsync(call);
            }
        }

        private async Task AwaitAsync(ValueTask<int> call)
        {
            try
            {
                bool right = await call.ConfigureAwait(false) == 1;
                Interlocked.Increment(ref right ? ref _inTime : ref _wrong);
            }
            catch (WasmException failure)
            {
                bool late = failure.Code == ErrorCode.DeadlineExceeded;
                Interlocked.Increment(ref late ? ref _late : ref _wrong);
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        }
    }
}
