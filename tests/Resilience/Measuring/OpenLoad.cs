using System.Collections.Concurrent;
using System.Diagnostics;
using WasmActors.Actors.Handles;
using WasmActors.Runtime.Failures;

namespace WasmActors.Resilience.Measuring;

/// <summary>Calls that are sent at a rate, whether those before were answered or not, and how they were answered.</summary>
internal sealed class OpenLoad(FuncRef[] functions, int argument, TimeSpan deadline)
{
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(1);

    private readonly ConcurrentDictionary<string, long> _refusals = new(StringComparer.Ordinal);
    private long _sent;
    private long _served;
    private long _answered;

    internal long Sent => Volatile.Read(ref _sent);

    internal long Answered => Interlocked.Read(ref _answered);

    /// <summary>Calls that got a result.</summary>
    internal long Served => Interlocked.Read(ref _served);

    /// <summary>How long the others waited to learn it.</summary>
    internal Latencies RefusedAfter { get; } = new(1 << 22);

    internal IReadOnlyDictionary<string, long> Refusals => _refusals;

    /// <summary>Sends.</summary>
    /// <returns>Calls per second that were really sent.</returns>
    internal async Task<double> OfferAsync(double perSecond, TimeSpan length)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < length)
        {
            long due = (long)(clock.Elapsed.TotalSeconds * perSecond);
            for (; _sent < due && clock.Elapsed < length; _sent++)
            {
                Send(functions[_sent % functions.Length]);
            }

            await Task.Delay(s_pace).ConfigureAwait(false);
        }

        return _sent / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Waits until every call was answered.</summary>
    internal async Task<bool> AllAnsweredAsync(TimeSpan within)
    {
        var clock = Stopwatch.StartNew();
        while (Answered < Sent && clock.Elapsed < within)
        {
            await Task.Delay(50).ConfigureAwait(false);
        }

        return Answered == Sent;
    }

    private void Send(FuncRef function)
    {
        long start = Stopwatch.GetTimestamp();
        var call = function.CallAsync<int, int>(argument, deadline);
        if (call.IsCompleted)
        {
            // Without an await, which would throw: refusing must not cost this program more than the host.
            Count(call.AsTask(), start);
        }
        else
        {
            _ = call.AsTask().ContinueWith(done => Count(done, start), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void Count(Task<int> done, long start)
    {
        if (done.IsCompletedSuccessfully)
        {
            Interlocked.Increment(ref _served);
        }
        else
        {
            RefusedAfter.AddSince(start);
            string code = done.Exception?.InnerException is WasmException failure ? failure.Code : $"{done.Exception?.InnerException}";
            _refusals.AddOrUpdate(code, 1, static (_, n) => n + 1);
        }

        Interlocked.Increment(ref _answered);
    }
}
