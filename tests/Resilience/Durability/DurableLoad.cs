using System.Collections.Concurrent;
using System.Globalization;
using WasmActors.Resilience.Clustering;
using WasmActors.Resilience.Measuring;

namespace WasmActors.Resilience.Durability;

/// <summary>Counts in durable keys, one caller for each, over all nodes. Each call has an idempotency key and is repeated until it has a
/// result, so that the counter must be one more than after the call before: less means that something acknowledged was lost, and more
/// that a call ran twice.</summary>
internal sealed class DurableLoad : IDisposable
{
    internal const string Function = "counter";

    /// <summary>A counter in memory and in a global, which never differ: a call that trapped leaves neither.</summary>
    internal const string Keyed = """
        (module
          (memory (export "memory") 4)
          (global $n (mut i64) (i64.const 0))
          (func (export "next") (result i64)
            (global.set $n (i64.add (global.get $n) (i64.const 1)))
            (i64.store (i32.const 100000) (i64.add (i64.load (i32.const 100000)) (i64.const 1)))
            (if (i64.ne (global.get $n) (i64.load (i32.const 100000))) (then (return (i64.const -1))))
            (global.get $n))
          (func (export "spoil") (result i64)
            (global.set $n (i64.const 1000000000))
            (i64.store (i32.const 100000) (i64.const 7))
            unreachable)
          (func (export "read") (result i64) (global.get $n)))
        """;

    private const int SpoilEvery = 20;
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly SpreadClient _client;
    private readonly long[] _counts;
    private readonly bool _repeats;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private Task _callers = Task.CompletedTask;
    private long _acknowledged;
    private long _repeated;
    private long _doubled;
    private long _lost;
    private int _silent;

    /// <param name="nodes">The nodes' addresses.</param>
    /// <param name="keys">Durable keys, each with one caller.</param>
    /// <param name="repeats">Whether repeated calls have the idempotency key of the first one.</param>
    internal DurableLoad(IEnumerable<Uri> nodes, int keys, bool repeats)
    {
        _client = new SpreadClient(nodes);
        _counts = new long[keys];
        _repeats = repeats;
    }

    internal Latencies Times { get; } = new(1 << 19);

    /// <summary>Calls that had a result.</summary>
    internal long Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Calls that were sent again.</summary>
    internal long Repeated => Volatile.Read(ref _repeated);

    /// <summary>Results that show that a call ran twice.</summary>
    internal long Doubled => Volatile.Read(ref _doubled);

    /// <summary>Results that show that an acknowledged call was lost, or that a failed call left something.</summary>
    internal long Lost => Volatile.Read(ref _lost);

    /// <summary>Keys that gave no result for longer than a cluster takes to recover. They are not called any more.</summary>
    internal int Silent => Volatile.Read(ref _silent);

    /// <summary>The first wrong results, for people.</summary>
    internal IEnumerable<string> Wrong => _wrong.Take(5);

    internal void Start() => _callers = Task.WhenAll(Enumerable.Range(0, _counts.Length).Select(key => Task.Run(() => LoopAsync(key))));

    /// <summary>Ends the load when the calls that are under way have a result.</summary>
    internal async Task EndAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _callers.ConfigureAwait(false);
    }

    /// <summary>Reads all counters, and returns how many are not what was acknowledged last.</summary>
    internal async Task<int> DifferAsync()
    {
        int differ = 0;
        for (int key = 0; key < _counts.Length; key++)
        {
            differ += await ResultAsync(key, "read", null).ConfigureAwait(false) == _counts[key] ? 0 : 1;
        }

        return differ;
    }

    public void Dispose()
    {
        _client.Dispose();
        _end.Dispose();
    }

    private async Task LoopAsync(int key)
    {
        for (long number = 1; !_end.IsCancellationRequested; number++)
        {
            if (number % SpoilEvery == 0)
            {
                await _client.CallAsync(PathOf(key, "spoil"), "[]", s_within).ConfigureAwait(false); // traps, and must leave nothing
            }

            long began = System.Diagnostics.Stopwatch.GetTimestamp();
            if (await ResultAsync(key, "next", string.Create(CultureInfo.InvariantCulture, $"{key}-{number}")).ConfigureAwait(false) is not { } result)
            {
                return;
            }

            Times.AddSince(began);
            Interlocked.Increment(ref _acknowledged);
            long expected = _counts[key] + 1;
            if (result != expected)
            {
                _ = result > expected ? Interlocked.Increment(ref _doubled) : Interlocked.Increment(ref _lost);
                _wrong.Enqueue($"key {key}: {result} instead of {expected}");
            }

            _counts[key] = result;
            await Task.Delay(s_pause).ConfigureAwait(false);
        }
    }

    private async Task<long?> ResultAsync(int key, string export, string? identity)
    {
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        for (int attempt = 0; ; attempt++)
        {
            string? sent = identity is null || _repeats ? identity : $"{identity}-{attempt}";
            var outcome = await _client.CallAsync(PathOf(key, export), "[]", s_within, sent).ConfigureAwait(false);
            if (outcome.Kind == CallEnd.Result)
            {
                return long.Parse(outcome.Detail, CultureInfo.InvariantCulture);
            }

            Interlocked.Increment(ref _repeated);
            if (System.Diagnostics.Stopwatch.GetElapsedTime(began) > s_patience)
            {
                Interlocked.Increment(ref _silent);
                _wrong.Enqueue($"key {key}: no result of {export} after {attempt + 1} attempts; the last answer was node {outcome.Node}: {outcome.Kind} {outcome.Detail}");
                return null;
            }

            await Task.Delay(s_pause).ConfigureAwait(false);
        }
    }

    private static string PathOf(int key, string export) => string.Create(CultureInfo.InvariantCulture, $"/v1/functions/{Function}/keys/k{key}/calls/{export}");
}
