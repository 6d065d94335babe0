using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using WasmActors.Resilience.Measuring;

namespace WasmActors.Resilience.Clustering;

/// <summary>Callers of a keyed and of a stateless function, each with one call at a time, which check every result.</summary>
internal sealed class ClusterLoad : IDisposable
{
    /// <summary>The keyed function, which answers the number that it is given; -1 where its key had that number or a later one before: a call ran twice.</summary>
    internal const string Keyed = """
        (module (global $last (mut i64) (i64.const 0))
          (func (export "next") (param i64) (result i64)
            (if (i64.le_s (local.get 0) (global.get $last)) (then (return (i64.const -1))))
            (global.set $last (local.get 0))
            (local.get 0)))
        """;

    /// <summary>The stateless function.</summary>
    internal const string Stateless = """(module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))""";

    /// <summary>The time of each call.</summary>
    internal static readonly TimeSpan CallTime = TimeSpan.FromSeconds(2);

    private const int Callers = 6; // of each kind
    private const int KeysOfCaller = 8;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly SpreadClient _client;
    private readonly ConcurrentQueue<CallRecord> _failed = new();
    private readonly CancellationTokenSource _end = new();
    private readonly long[] _lastResultOfKey = new long[Callers * KeysOfCaller];
    private Task _callers = Task.CompletedTask;
    private long _statelessResultAt;
    private long _longestStatelessGap;
    private long _longestStatelessGapEnd;
    private long _sent;
    private long _results;

    internal ClusterLoad(SpreadClient client) => _client = client;

    internal Latencies KeyedTimes { get; } = new(1 << 17);

    internal Latencies StatelessTimes { get; } = new(1 << 17);

    internal long Sent => Volatile.Read(ref _sent);

    internal long Results => Volatile.Read(ref _results);

    /// <summary>Calls that did not end with the right result.</summary>
    internal IReadOnlyCollection<CallRecord> Failed => _failed;

    /// <summary>The longest time in which no stateless call had its result, and when it ended.</summary>
    internal (TimeSpan Length, long End) LongestStatelessGap
    {
        get
        {
            lock (_end)
            {
                return (Stopwatch.GetElapsedTime(0, _longestStatelessGap), _longestStatelessGapEnd);
            }
        }
    }

    internal void Start()
    {
        _statelessResultAt = Stopwatch.GetTimestamp();
        _callers = Task.WhenAll(Enumerable.Range(0, Callers).SelectMany(i => (Task[])[Task.Run(() => CallKeyedAsync(i)), Task.Run(() => CallStatelessAsync(i))]));
    }

    /// <summary>Whether each key had a result of a call that was begun after a time.</summary>
    internal bool AllKeysWorkSince(long timestamp) => Array.TrueForAll(_lastResultOfKey, last => last > timestamp);

    /// <summary>Ends the load, when the calls that are under way have ended.</summary>
    internal async Task EndAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _callers.ConfigureAwait(false);
    }

    public void Dispose() => _end.Dispose();

    private async Task CallKeyedAsync(int caller)
    {
        for (long number = 1; !_end.IsCancellationRequested; number++)
        {
            long began = Stopwatch.GetTimestamp();
            int key = (int)(number % KeysOfCaller);
            string sent = number.ToString(CultureInfo.InvariantCulture);
            var outcome = await _client.CallAsync($"/v1/functions/counter/keys/{caller}-{key}/calls/next", $"[{sent}]", CallTime).ConfigureAwait(false);
            if (Take(true, began, outcome, sent, KeyedTimes))
            {
                Volatile.Write(ref _lastResultOfKey[(caller * KeysOfCaller) + key], began);
            }

            await Task.Delay(s_pause).ConfigureAwait(false);
        }
    }

    private async Task CallStatelessAsync(int caller)
    {
        for (int number = 1; !_end.IsCancellationRequested; number++)
        {
            long began = Stopwatch.GetTimestamp();
            var outcome = await _client.CallAsync("/v1/functions/adder/calls/add", $"[{number},{caller}]", CallTime).ConfigureAwait(false);
            if (Take(false, began, outcome, (number + caller).ToString(CultureInfo.InvariantCulture), StatelessTimes))
            {
                lock (_end)
                {
                    long now = Stopwatch.GetTimestamp();
                    if (now - _statelessResultAt > _longestStatelessGap)
                    {
                        (_longestStatelessGap, _longestStatelessGapEnd) = (now - _statelessResultAt, now);
                    }

                    _statelessResultAt = now;
                }
            }

            await Task.Delay(s_pause).ConfigureAwait(false);
        }
    }

    private bool Take(bool keyed, long began, CallOutcome outcome, string expected, Latencies times)
    {
        Interlocked.Increment(ref _sent);
        if (outcome.Kind == CallEnd.Result && outcome.Detail == expected)
        {
            times.AddSince(began);
            Interlocked.Increment(ref _results);
            return true;
        }

        _failed.Enqueue(new CallRecord(keyed, began, Stopwatch.GetTimestamp(), outcome));
        return false;
    }
}
