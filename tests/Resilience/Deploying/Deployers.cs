using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace WasmActors.Resilience.Deploying;

/// <summary>Deploys, rolls back and deletes on every node all the time, and keeps what was acknowledged.</summary>
internal sealed class Deployers : IDisposable
{
    /// <summary>The module of every version.</summary>
    internal const string Module = """(module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))""";
    private const int KeptOfEach = 12; // functions that a deployer goes on to change

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromMilliseconds(300);

    private readonly HttpClient[] _nodes;
    private readonly int _seed;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<TrackedFunction> _functions = [];
    private readonly ConcurrentDictionary<long, string> _revisions = new();
    private readonly ConcurrentQueue<string> _repeated = new();
    private readonly ConcurrentQueue<string> _contradictions = new();
    private Task _deploying = Task.CompletedTask;
    private long _acknowledged;
    private long _uncertain;
    private int _names;

    internal Deployers(IEnumerable<Uri> nodes, int seed)
    {
        _nodes = [.. nodes.Select(static n => new HttpClient { BaseAddress = n, Timeout = s_patience })];
        _seed = seed;
    }

    /// <summary>All functions that were ever changed.</summary>
    internal IReadOnlyCollection<TrackedFunction> Functions => _functions;

    internal long Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Changes without an answer that says what became of them.</summary>
    internal long Uncertain => Volatile.Read(ref _uncertain);

    /// <summary>Acknowledged changes whose revision another one has.</summary>
    internal IReadOnlyCollection<string> Repeated => _repeated;

    /// <summary>Answers that contradict what was acknowledged before.</summary>
    internal IReadOnlyCollection<string> Contradictions => _contradictions;

    internal void Start() => _deploying = Task.WhenAll(Enumerable.Range(0, _nodes.Length).Select(i => Task.Run(() => DeployAsync(i))));

    internal async Task EndAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _deploying.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _end.Dispose();
        foreach (var node in _nodes)
        {
            node.Dispose();
        }
    }

    private async Task DeployAsync(int node)
    {
        var random = new Random(_seed + node);
        var kept = new List<TrackedFunction>();
        while (!_end.IsCancellationRequested)
        {
            kept.RemoveAll(static f => f.IsUncertain);
            if (kept.Count == KeptOfEach)
            {
                kept.RemoveAt(random.Next(kept.Count));
            }

            if (kept.Count == 0 || random.Next(15) == 0)
            {
                var made = new TrackedFunction(string.Create(CultureInfo.InvariantCulture, $"f-{node}-{Interlocked.Increment(ref _names)}"));
                kept.Add(made);
                _functions.Add(made);
            }

            bool answered = await ChangeAsync(node, kept[random.Next(kept.Count)], random.Next(10)).ConfigureAwait(false);
            await Task.Delay(answered ? s_pause : s_pauseAfterFailure).ConfigureAwait(false);
        }
    }

    private async Task<bool> ChangeAsync(int node, TrackedFunction function, int choice)
    {
        HttpRequestMessage request;
        if (function.IsDeployed && choice == 0)
        {
            function.Delete();
            request = new HttpRequestMessage(HttpMethod.Delete, Path(function, ""));
        }
        else if (function.CanRollBack && choice < 4)
        {
            function.RollBack();
            request = new HttpRequestMessage(HttpMethod.Post, Path(function, "/rollback")) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        }
        else
        {
            string label = string.Create(CultureInfo.InvariantCulture, $"v{Interlocked.Increment(ref _names)}");
            function.Deploy(label);
            request = new HttpRequestMessage(HttpMethod.Put, Path(function, $"?kind=stateless&convention=core&label={label}")) { Content = new StringContent(Module, Encoding.UTF8, "text/plain") };
        }

        using (request)
        {
            string what = $"{request.Method} {request.RequestUri} on node {node + 1}";
            try
            {
                using var answer = await _nodes[node].SendAsync(request).ConfigureAwait(false);
                if (answer.IsSuccessStatusCode)
                {
                    if (answer.StatusCode != HttpStatusCode.NoContent) // a deletion's answer has no revision
                    {
                        var change = await answer.Content.ReadFromJsonAsync<JsonElement>().ConfigureAwait(false);
                        long revision = change.GetProperty("revision").GetInt64();
                        if (!_revisions.TryAdd(revision, what))
                        {
                            _repeated.Enqueue($"{revision}: {_revisions[revision]}, {what}");
                        }
                    }

                    function.End(acknowledged: true);
                    Interlocked.Increment(ref _acknowledged);
                    return true;
                }

                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                {
                    _contradictions.Enqueue($"{what}: {await answer.Content.ReadAsStringAsync().ConfigureAwait(false)}");
                }
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or JsonException or IOException)
            {
                // The node was paused, cut off or killed.
            }
        }

        function.End(acknowledged: false);
        Interlocked.Increment(ref _uncertain);
        return false;
    }

    private static Uri Path(TrackedFunction function, string rest) => new($"/v1/functions/{function.Name}{rest}", UriKind.Relative);
}
