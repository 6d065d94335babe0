using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using WasmActors.Resilience.Clustering;
using WasmActors.Resilience.Measuring;
using WasmActors.Resilience.Running;

namespace WasmActors.Resilience.Nodes;

/// <summary>Callers of many keyed functions with one key each, and of a stateless one, on whichever nodes accept calls.</summary>
/// <param name="client">Chooses the node of each call.</param>
/// <param name="functions">The number of keyed functions.</param>
/// <param name="callTime">The time of each call.</param>
internal sealed class NodesLoad(SpreadClient client, int functions, TimeSpan callTime) : IDisposable
{
    /// <summary>The keyed functions. Each counts its calls.</summary>
    internal const string Keyed = """
        (module (global $n (mut i64) (i64.const 0))
          (func (export "next") (result i64)
            (global.set $n (i64.add (global.get $n) (i64.const 1)))
            (global.get $n)))
        """;

    /// <summary>The stateless function.</summary>
    internal const string Stateless = "adder";

    private const int KeyedCallers = 8;
    private const int StatelessCallers = 2;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentQueue<CallRecord> _failed = new();
    private readonly CancellationTokenSource _end = new();
    private Task _callers = Task.CompletedTask;
    private long _results;

    internal Latencies Times { get; } = new(1 << 19);

    internal long Results => Volatile.Read(ref _results);

    /// <summary>Calls that did not end with a result.</summary>
    internal IReadOnlyCollection<CallRecord> Failed => _failed;

    /// <summary>The name of a keyed function.</summary>
    internal static string NameOf(int function) => string.Create(CultureInfo.InvariantCulture, $"f{function}");

    internal void Start() => _callers = Task.WhenAll(
    [
        .. Enumerable.Range(0, KeyedCallers).Select(caller => Task.Run(() => LoopAsync(keyed: true, number => CallKeyAsync((int)(((number * KeyedCallers) + caller) % functions))))),
        .. Enumerable.Range(0, StatelessCallers).Select(_ => Task.Run(() => LoopAsync(keyed: false, _ => CallStatelessAsync()))),
    ]);

    /// <summary>Calls keys until each has answered once.</summary>
    /// <param name="keys">Their functions.</param>
    /// <param name="atOnce">Calls that are under way at the same time.</param>
    /// <param name="patience">After this time no further call is made.</param>
    /// <returns>When the last of them answered, from the beginning; null if one did not answer.</returns>
    internal async Task<TimeSpan?> AllAnswerAsync(IEnumerable<int> keys, int atOnce, TimeSpan patience)
    {
        long since = Stopwatch.GetTimestamp();
        int silent = 0;
        var answers = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (key, _) =>
        {
            while (await CallKeyAsync(key).ConfigureAwait(false) is { Kind: not CallEnd.Result } outcome)
            {
                if (Stopwatch.GetElapsedTime(since) > patience)
                {
                    Interlocked.Increment(ref silent);
                    answers.Enqueue($"node {outcome.Node}: {outcome.Kind} {outcome.Detail}");
                    return;
                }

                await Task.Delay(s_pause, CancellationToken.None).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
        foreach (var answer in answers.CountBy(static a => a).OrderByDescending(static a => a.Value).Take(5))
        {
            ScenarioRun.Tell($"{answer.Value:n0} keys stayed silent; the last answer for them was {answer.Key}");
        }

        return silent == 0 ? Stopwatch.GetElapsedTime(since) : null;
    }

    /// <summary>Ends the load when the calls that are under way have ended.</summary>
    internal async Task EndAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _callers.ConfigureAwait(false);
    }

    public void Dispose() => _end.Dispose();

    private async Task LoopAsync(bool keyed, Func<long, Task<CallOutcome>> call)
    {
        for (long number = 0; !_end.IsCancellationRequested; number++)
        {
            long began = Stopwatch.GetTimestamp();
            var outcome = await call(number).ConfigureAwait(false);
            if (outcome.Kind == CallEnd.Result)
            {
                Times.AddSince(began);
                Interlocked.Increment(ref _results);
            }
            else
            {
                _failed.Enqueue(new CallRecord(keyed, began, Stopwatch.GetTimestamp(), outcome));
            }

            await Task.Delay(s_pause).ConfigureAwait(false);
        }
    }

    private Task<CallOutcome> CallKeyAsync(int function) => client.CallAsync($"/v1/functions/{NameOf(function)}/keys/only/calls/next", "[]", callTime);

    private Task<CallOutcome> CallStatelessAsync() => client.CallAsync($"/v1/functions/{Stateless}/calls/add", "[1,2]", callTime);
}
