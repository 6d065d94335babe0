using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace WasmActors.Resilience.Staleness;

/// <summary>Callers of keys, some at each node, that go on calling their node whatever happens to it, and look at which store answers.</summary>
internal sealed class StaleLoad : IDisposable
{
    /// <summary>The keyed function: answers the number that the first call of its store gave it.</summary>
    internal const string Keyed = """
        (module (global $store (mut i64) (i64.const 0))
          (func (export "store") (param i64) (result i64)
            (if (i64.eqz (global.get $store)) (then (global.set $store (local.get 0))))
            (global.get $store)))
        """;

    /// <summary>Keys that are called.</summary>
    internal const int Keys = 24;

    private const int CallersOfNode = 6;
    private static readonly TimeSpan s_callTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient[] _nodes;
    private readonly StoreLog[] _logs = [.. Enumerable.Range(0, Keys).Select(static _ => new StoreLog())];
    private readonly long[] _lastAnswer = new long[Keys];
    private readonly CancellationTokenSource _end = new();
    private Task _callers = Task.CompletedTask;
    private long _number;
    private long _answers;
    private long _failures;
    private long _stale;
    private long _overtaken;

    internal StaleLoad(IEnumerable<Uri> nodes) =>
        _nodes = [.. nodes.Select(static uri => new HttpClient(new SocketsHttpHandler { ConnectTimeout = s_callTime }) { BaseAddress = uri, Timeout = s_longest })];

    internal long Answers => Volatile.Read(ref _answers);

    internal long Failures => Volatile.Read(ref _failures);

    /// <summary>Answers out of a store although another had answered for the key before the call was begun.</summary>
    internal long Stale => Volatile.Read(ref _stale);

    /// <summary>Answers that came after the first answer of a later store; of calls that were begun before it, or stale.</summary>
    internal long Overtaken => Volatile.Read(ref _overtaken);

    /// <summary>Stores that have answered, of all keys.</summary>
    internal int Stores => _logs.Sum(static l => l.Stores);

    internal void Start() => _callers = Task.WhenAll(Enumerable.Range(0, _nodes.Length * CallersOfNode).Select(i => Task.Run(() => CallAsync(i % _nodes.Length, i))));

    /// <summary>Whether each key had an answer to a call that was begun after a time.</summary>
    internal bool AllKeysAnswerSince(long timestamp) => Array.TrueForAll(_lastAnswer, last => last > timestamp);

    /// <summary>Ends the load, when the calls that are under way have ended.</summary>
    internal async Task EndAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _callers.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _end.Dispose();
        foreach (var node in _nodes)
        {
            node.Dispose();
        }
    }

    private async Task CallAsync(int node, int caller)
    {
        for (int i = caller; !_end.IsCancellationRequested; i++)
        {
            int key = i % Keys;
            long began = Stopwatch.GetTimestamp();
            if (await StoreAsync(node, key).ConfigureAwait(false) is { } store)
            {
                Interlocked.Increment(ref _answers);
                var (stale, overtaken) = _logs[key].Take(store, began);
                Interlocked.Add(ref _stale, stale ? 1 : 0);
                Interlocked.Add(ref _overtaken, overtaken ? 1 : 0);
                Volatile.Write(ref _lastAnswer[key], began);
                await Task.Delay(s_pause).ConfigureAwait(false);
            }
            else
            {
                Interlocked.Increment(ref _failures);
                await Task.Delay(s_afterFailure).ConfigureAwait(false);
            }
        }
    }

    // The number of the store that answered; null for no answer.
    private async Task<long?> StoreAsync(int node, int key)
    {
        long number = Interlocked.Increment(ref _number);
        using var request = new HttpRequestMessage(HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"/v1/functions/stores/keys/{key}/calls/store"))
        {
            Content = new StringContent(string.Create(CultureInfo.InvariantCulture, $"[{number}]"), Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add("Call-Timeout", string.Create(CultureInfo.InvariantCulture, $"{s_callTime.TotalMilliseconds}ms"));
        try
        {
            using var response = await _nodes[node].SendAsync(request).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                return null;
            }

            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync().ConfigureAwait(false));
            var result = json.RootElement.GetProperty("results")[0];
            return long.Parse(result.ValueKind == JsonValueKind.String ? result.GetString()! : result.GetRawText(), CultureInfo.InvariantCulture);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }
}
